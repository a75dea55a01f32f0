using FastGate.MockProvider.Delivery;

namespace FastGate.MockProvider.OpenAI;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal static class ChatEndpoint
{
    internal static readonly IReadOnlySet<string> Fields = new HashSet<string>(StringComparer.Ordinal)
    {
        "messages", "model", "audio", "frequency_penalty", "logit_bias", "logprobs", "max_completion_tokens", "max_tokens", "metadata", "modalities", "n",
        "parallel_tool_calls", "prediction", "presence_penalty", "prompt_cache_key", "prompt_cache_retention", "reasoning_effort", "response_format",
        "safety_identifier", "seed", "service_tier", "stop", "store", "stream", "stream_options", "temperature", "tool_choice", "tools", "top_logprobs", "top_p",
        "user", "verbosity", "web_search_options",
    };

    internal static Answer Answer(OpenAiCall call)
    {
        RequestFields body = call.Body;
        Conversation conversation = ChatMessages.Read(body);
        call.EndsWithAssistant = conversation.EndsWithAssistant;
        call.PromptTokens = conversation.CountTokens();

        // Judged before anything is made of them, in the order of the reference.
        body.Decimal("frequency_penalty", -2, 2);
        body.Decimal("presence_penalty", -2, 2);
        body.Decimal("temperature", 0, 2);
        body.Decimal("top_p", 0, 1);
        body.Flag("store");
        body.Text("user");
        body.OneOf("reasoning_effort", "none", "minimal", "low", "medium", "high", "xhigh");
        int choices = body.Whole("n", 1, 128) ?? 1;
        int? maxTokens = MaxTokens(body);
        int? topLogprobs = body.Whole("top_logprobs", 0, 20);
        bool logprobs = body.Flag("logprobs");
        if (topLogprobs is not null && !logprobs)
        {
            throw OpenAiRejection.Invalid("The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.", "top_logprobs");
        }

        bool includeUsage = IncludeUsage(body);
        IReadOnlyList<string> stops = Completion.ReadStops(body);
        var tools = ToolSet.Read(body, nested: true);
        bool mentionsJson = body.Required("messages").GetRawText().Contains("json", StringComparison.OrdinalIgnoreCase);
        var format = OutputFormat.Read(body.Object("response_format"), nested: true, mentionsJson);

        Completion[] completions =
        [
            .. Enumerable.Range(0, choices).Select(choice =>
                tools.Calls(call, conversation) is { Count: > 0 } calls
                    ? Completion.Of(calls, tools.IsForced ? "stop" : "tool_calls")
                    : Completion.Of(format.Shape(conversation.Answer(call, choice), conversation.Question), maxTokens, stops)),
        ];
        var writer = new ChatJson(call, completions, logprobs ? topLogprobs ?? 0 : null);
        return call.Stream ? Sse.Answer(writer.Stream(includeUsage)) : writer.Whole();
    }

    private static int? MaxTokens(RequestFields body)
    {
        int? older = body.Whole("max_tokens", 1, int.MaxValue);
        int? newer = body.Whole("max_completion_tokens", 1, int.MaxValue);
        return older is null || newer is null
            ? newer ?? older
            : throw OpenAiRejection.Invalid(
                "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", "max_tokens", "invalid_parameter_combination");
    }

    /// <summary><c>stream_options.include_usage</c>; the options are refused on what is no stream.</summary>
    internal static bool IncludeUsage(RequestFields body)
    {
        if (body.Object("stream_options") is not { } options)
        {
            return false;
        }

        return body.Flag("stream")
            ? options.Flag("include_usage")
            : throw OpenAiRejection.Invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.", "stream_options");
    }
}
