using System.Buffers;
using System.Text.Json;
using FastGate.Proxy.Answers;
using FastGate.Proxy.Model;

namespace FastGate.Proxy.LastResort;

/// <summary>What a webhook is sent, and what it may answer.</summary>
internal static class WebhookDocument
{
    /// <summary>The facts of a request. No header of the client's is among them, so no key either.</summary>
    /// <param name="facts">The facts.</param>
    /// <param name="attempts">The attempts, as the JSON array of error answers.</param>
    /// <param name="request">The client's JSON body, or nothing.</param>
    internal static byte[] Write(in LastResortFacts facts, ReadOnlyMemory<byte> attempts, ReadOnlySequence<byte> request)
    {
        var output = new ArrayBufferWriter<byte>(512 + (int)request.Length);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            json.WriteString("route", facts.Route);
            json.WriteString("path", facts.Endpoint.Path);
            json.WriteBoolean("stream", facts.WantsStream);
            json.WriteString("request_id", facts.RequestId);
            json.WriteString("reason", facts.Reason);
            json.WritePropertyName("attempts");
            json.WriteRawValue(attempts.Span);
            if (!request.IsEmpty)
            {
                // It has been scanned: it is JSON.
                json.WritePropertyName("request");
                json.WriteRawValue(request.ToArray(), skipInputValidation: true);
            }

            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    /// <summary>
    /// Reads what it answered: <c>{"content": TEXT}</c> is put into the endpoint's shape like a manual answer; any other JSON object is
    /// taken for a whole answer of the endpoint's own. False when it is neither, or not what the client asks for.
    /// </summary>
    internal static bool TryRead(byte[] body, in LastResortFacts facts, out ReadyAnswer answer)
    {
        answer = default;
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            return document.RootElement.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.String
                ? ManualAnswers.TryMake(new ManualAnswer(200, content.GetString()!), facts, out answer)
                : ReadyAnswer.TryMake(200, body, facts.Endpoint, facts.WantsStream, facts.WantsUsage, out answer);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
