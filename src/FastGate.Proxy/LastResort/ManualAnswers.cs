using System.Buffers;
using System.Text.Json;
using FastGate.Proxy.Answers;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;

namespace FastGate.Proxy.LastResort;

/// <summary>
/// Puts a text into the shape of an endpoint's answers. Endpoints whose answers are no text (embeddings, audio, images and the like) have
/// none: for them a text can only be an error.
/// </summary>
internal static class ManualAnswers
{
    /// <summary>Makes the answer; false for a success where the endpoint's answers are no text.</summary>
    internal static bool TryMake(ManualAnswer manual, in LastResortFacts facts, out ReadyAnswer answer)
    {
        string text = Fill(manual.Content, facts);
        if (manual.Status >= 400)
        {
            answer = ReadyAnswer.Whole(manual.Status, Error(text, facts.Reason));
            return true;
        }

        answer = default;
        return facts.Endpoint.Stream != StreamGrammar.None
            && ReadyAnswer.TryMake(manual.Status, Answer(text, facts), facts.Endpoint, facts.WantsStream, facts.WantsUsage, out answer);
    }

    private static string Fill(string template, in LastResortFacts facts) => template
        .Replace("{route}", facts.Route, StringComparison.Ordinal)
        .Replace("{reason}", facts.Reason, StringComparison.Ordinal)
        .Replace("{request_id}", facts.RequestId, StringComparison.Ordinal);

    private static byte[] Error(string text, string reason) => Bytes(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", text);
        json.WriteString("type", "api_error");
        json.WriteNull("param");
        json.WriteString("code", reason);
        json.WriteEndObject();
        json.WriteEndObject();
    });

    private static byte[] Answer(string text, LastResortFacts facts) => Bytes(json =>
    {
        if (facts.Endpoint.Stream == StreamGrammar.Responses)
        {
            WriteResponse(json, text, facts);
        }
        else
        {
            WriteCompletion(json, text, facts, isChat: facts.Endpoint == EndpointTable.Chat);
        }
    });

    private static void WriteCompletion(Utf8JsonWriter json, string text, LastResortFacts facts, bool isChat)
    {
        json.WriteStartObject();
        json.WriteString("id", $"{(isChat ? "chatcmpl" : "cmpl")}-{facts.RequestId}");
        json.WriteString("object", isChat ? "chat.completion" : "text_completion");
        json.WriteNumber("created", facts.UnixTime);
        json.WriteString("model", facts.Route);
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        if (isChat)
        {
            json.WriteStartObject("message");
            json.WriteString("role", "assistant");
            json.WriteString("content", text);
            json.WriteNull("refusal");
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("text", text);
        }

        json.WriteNull("logprobs");
        json.WriteString("finish_reason", "stop");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", 0);
        json.WriteNumber("completion_tokens", 0);
        json.WriteNumber("total_tokens", 0);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteResponse(Utf8JsonWriter json, string text, LastResortFacts facts)
    {
        json.WriteStartObject();
        json.WriteString("id", $"resp_{facts.RequestId}");
        json.WriteString("object", "response");
        json.WriteNumber("created_at", facts.UnixTime);
        json.WriteString("status", "completed");
        json.WriteString("model", facts.Route);
        json.WriteStartArray("output");
        json.WriteStartObject();
        json.WriteString("type", "message");
        json.WriteString("id", $"msg_{facts.RequestId}");
        json.WriteString("status", "completed");
        json.WriteString("role", "assistant");
        json.WriteStartArray("content");
        json.WriteStartObject();
        json.WriteString("type", "output_text");
        json.WriteString("text", text);
        json.WriteStartArray("annotations");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", 0);
        json.WriteNumber("output_tokens", 0);
        json.WriteNumber("total_tokens", 0);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(output))
        {
            write(json);
        }

        return output.WrittenSpan.ToArray();
    }
}
