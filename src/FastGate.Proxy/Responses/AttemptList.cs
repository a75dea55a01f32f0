using System.Buffers;
using System.Text.Json;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;

namespace FastGate.Proxy.Responses;

/// <summary>Writes <c>error.attempts</c>: which targets were tried, and what came of each.</summary>
internal static class AttemptList
{
    /// <summary>The attempts as a JSON array.</summary>
    internal static ReadOnlyMemory<byte> Write(in FallbackCursor cursor)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            for (int i = 0; i < cursor.RecordedAttempts; i++)
            {
                AttemptRecord attempt = cursor.AttemptAt(i);
                json.WriteStartObject();
                json.WriteString("target", attempt.Target.Name);

                // An attempt that the client's own deadline ended is no failure to the cursor.
                json.WriteString("error", FailureClasses.Name(attempt.Failure == FailureClass.None ? FailureClass.Timeout : attempt.Failure));
                if (attempt.Status != 0)
                {
                    json.WriteNumber("status", attempt.Status);
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>A provider's error body with the attempts as a further member of its error; the body itself where it is of another shape.</summary>
    internal static ReadOnlyMemory<byte> Insert(byte[] body, ReadOnlyMemory<byte> attempts)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("error", out JsonElement error) || error.ValueKind != JsonValueKind.Object)
            {
                return body;
            }

            var buffer = new ArrayBufferWriter<byte>(body.Length + attempts.Length + 32);
            using (var json = new Utf8JsonWriter(buffer))
            {
                json.WriteStartObject();
                foreach (JsonProperty member in root.EnumerateObject())
                {
                    if (!member.NameEquals("error"))
                    {
                        member.WriteTo(json);
                        continue;
                    }

                    json.WriteStartObject("error");
                    foreach (JsonProperty detail in error.EnumerateObject().Where(d => !d.NameEquals("attempts")))
                    {
                        detail.WriteTo(json);
                    }

                    json.WritePropertyName("attempts");
                    json.WriteRawValue(attempts.Span);
                    json.WriteEndObject();
                }

                json.WriteEndObject();
            }

            return buffer.WrittenMemory;
        }
        catch (JsonException)
        {
            return body;
        }
    }
}
