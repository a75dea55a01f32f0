using System.Text.Json;

namespace FastGate.MockProvider.Calls;

/// <summary>The body of <c>GET /mock/log</c>.</summary>
internal static class LogJson
{
    internal static byte[] Write(IReadOnlyList<MockCall> calls) => Json.Bytes(writer =>
    {
        writer.WriteStartArray();
        foreach (MockCall call in calls)
        {
            Write(writer, call);
        }

        writer.WriteEndArray();
    });

    /// <summary>The body of <c>GET /mock/idle</c>: how many calls of each outcome there are, and the connections open, that of the question included.</summary>
    internal static byte[] WriteSums(IReadOnlyList<MockCall> calls, int connections) => Json.Bytes(writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("calls", calls.Count);
        writer.WriteNumber("completed", calls.Count(call => call.Completed));
        writer.WriteNumber("aborted", calls.Count(call => call.Aborted));
        writer.WriteNumber("connections", connections);
        writer.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter writer, MockCall call)
    {
        writer.WriteStartObject();
        writer.WriteNumber("n", call.Number);
        writer.WriteString("time", call.Time);
        writer.WriteString("method", call.Method);
        writer.WriteString("path", call.Path);
        writer.WriteString("model", call.Model);
        writer.WriteBoolean("stream", call.Stream);
        writer.WriteNumber("status", call.Status);
        writer.WriteNumber("events_sent", call.EventsSent);
        writer.WriteBoolean("completed", call.Completed);
        writer.WriteBoolean("aborted", call.Aborted);
        writer.WriteBoolean("done", call.Done);
        writer.WriteNumber("duration_ms", Math.Round(call.Duration.TotalMilliseconds, 3));
        writer.WriteNumber("connection", call.Connection);
        writer.WriteString("tag", call.Tag);
        writer.WriteString("idempotency_key", call.IdempotencyKey);
        writer.WriteStartArray("headers");
        foreach (KeyValuePair<string, string> header in call.Headers)
        {
            writer.WriteStartObject();
            writer.WriteString("name", header.Key);
            writer.WriteString("value", header.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteNumber("body_bytes", call.BodyBytes);
        writer.WriteString("body_sha256", call.BodySha256);
        writer.WriteEndObject();
    }
}
