using FastGate.MockProvider.Delivery;

namespace FastGate.MockProvider.OpenAI;

/// <summary><c>POST /v1/responses</c>. Nothing is stored: every <c>previous_response_id</c> is unknown.</summary>
internal static class ResponsesEndpoint
{
    internal static readonly IReadOnlySet<string> Fields = new HashSet<string>(StringComparer.Ordinal)
    {
        "model", "input", "background", "conversation", "include", "instructions", "max_output_tokens", "max_tool_calls", "metadata", "parallel_tool_calls",
        "previous_response_id", "prompt", "prompt_cache_key", "prompt_cache_retention", "reasoning", "safety_identifier", "service_tier", "store", "stream",
        "stream_options", "temperature", "text", "tool_choice", "tools", "top_logprobs", "top_p", "truncation", "user",
    };

    internal static Answer Answer(OpenAiCall call)
    {
        RequestFields body = call.Body;
        Conversation conversation = ResponsesInput.Read(body);
        call.EndsWithAssistant = conversation.EndsWithAssistant;
        call.PromptTokens = conversation.CountTokens() + Text.Tokens.Count(body.Text("instructions"));
        body.Decimal("temperature", 0, 2);
        body.Decimal("top_p", 0, 1);
        body.OneOf("truncation", "auto", "disabled");
        int? maxTokens = body.Whole("max_output_tokens", 16, int.MaxValue);
        if (body.Text("previous_response_id") is { } previous)
        {
            throw OpenAiRejection.Invalid($"Previous response with id '{previous}' not found.", "previous_response_id", "previous_response_not_found");
        }

        var tools = ToolSet.Read(body, nested: false);
        bool mentionsJson = body.Required("input").GetRawText().Contains("json", StringComparison.OrdinalIgnoreCase);
        var format = OutputFormat.Read(body.Object("text")?.Object("format"), nested: false, mentionsJson);

        List<ToolCall> calls = tools.Calls(call, conversation);
        Completion completion = calls.Count > 0
            ? Completion.Of(calls, "tool_calls")
            : Completion.Of(format.Shape(conversation.Answer(call, 0), conversation.Question), maxTokens, []);
        var writer = new ResponsesJson(call, completion);
        return call.Stream ? Sse.Answer(writer.Stream()) : writer.Whole();
    }
}
