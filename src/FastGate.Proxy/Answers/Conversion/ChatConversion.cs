using System.Buffers;
using System.Text.Json;
using FastGate.Protocol.Sse;

namespace FastGate.Proxy.Answers.Conversion;

/// <summary>
/// Makes whole answers of streams and streams of whole answers, for chat and legacy completions (OpenAI API reference, "The chat
/// completion object" and "The chat completion chunk object"). A stream that is made says everything in one chunk for each choice.
/// </summary>
internal static class ChatConversion
{
    /// <summary>The whole answer whose stream these events are; null when they are of another kind.</summary>
    /// <param name="events">The stream.</param>
    /// <param name="isChat">Chat completions; else legacy completions.</param>
    internal static byte[]? ToWhole(byte[] events, bool isChat)
    {
        var answer = new ChatAccumulation(isChat);
        return StoredEvents.Read(events, (_, chunk) => answer.Add(chunk)) && answer.HasChoices ? answer.Write() : null;
    }

    /// <summary>The events of an answer; null when it is of another kind.</summary>
    internal static byte[]? ToStream(byte[] whole, bool isChat, bool wantsUsage)
    {
        try
        {
            using var document = JsonDocument.Parse(whole);
            JsonElement answer = document.RootElement;
            if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("choices", out JsonElement choices) || choices.ValueKind != JsonValueKind.Array)
            {
                return null;
            }

            var output = new ArrayBufferWriter<byte>(whole.Length * 2);
            foreach (JsonElement choice in choices.EnumerateArray())
            {
                WriteChunk(output, answer, isChat, json => WriteContent(json, choice));
                WriteChunk(output, answer, isChat, json => WriteFinish(json, choice, isChat));
            }

            if (wantsUsage && answer.TryGetProperty("usage", out JsonElement usage))
            {
                WriteChunk(output, answer, isChat, null, usage);
            }

            SseWriter.WriteData(output, "[DONE]"u8);
            return output.WrittenSpan.ToArray();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or members of other kinds than the reference says.
            return null;
        }
    }

    /// <summary>The stream without the chunk that tells its usage, and without the member that announces it in the others.</summary>
    internal static byte[]? WithoutUsage(byte[] events)
    {
        var output = new ArrayBufferWriter<byte>(events.Length);
        bool read = StoredEvents.Read(
            events,
            (raw, chunk) =>
            {
                if (!chunk.TryGetProperty("usage", out JsonElement usage))
                {
                    output.Write(raw);
                }
                else if (usage.ValueKind != JsonValueKind.Object || !chunk.TryGetProperty("choices", out JsonElement choices) || choices.GetArrayLength() > 0)
                {
                    SseWriter.WriteData(output, Without(chunk, "usage"));
                }
            },
            raw => output.Write(raw));
        return read ? output.WrittenSpan.ToArray() : null;
    }

    private static ReadOnlySpan<byte> Without(JsonElement value, string member)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            foreach (JsonProperty property in value.EnumerateObject().Where(p => !p.NameEquals(member)))
            {
                property.WriteTo(json);
            }

            json.WriteEndObject();
        }

        return output.WrittenSpan;
    }

    private static void WriteChunk(ArrayBufferWriter<byte> output, JsonElement answer, bool isChat, Action<Utf8JsonWriter>? writeChoice, JsonElement usage = default)
    {
        var chunk = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(chunk))
        {
            json.WriteStartObject();
            foreach (JsonProperty member in answer.EnumerateObject())
            {
                switch (member.Name)
                {
                    case "object":
                        json.WriteString("object", isChat ? "chat.completion.chunk" : "text_completion");
                        break;
                    case "choices" or "usage":
                        break;
                    default:
                        member.WriteTo(json);
                        break;
                }
            }

            json.WriteStartArray("choices");
            writeChoice?.Invoke(json);
            json.WriteEndArray();
            if (usage.ValueKind == JsonValueKind.Object)
            {
                json.WritePropertyName("usage");
                usage.WriteTo(json);
            }

            json.WriteEndObject();
        }

        SseWriter.WriteData(output, chunk.WrittenSpan);
    }

    private static void WriteContent(Utf8JsonWriter json, JsonElement choice)
    {
        json.WriteStartObject();
        foreach (JsonProperty member in choice.EnumerateObject())
        {
            if (member.NameEquals("message"))
            {
                json.WriteStartObject("delta");
                foreach (JsonProperty part in member.Value.EnumerateObject())
                {
                    WriteDelta(json, part);
                }

                json.WriteEndObject();
            }
            else if (member.NameEquals("finish_reason"))
            {
                json.WriteNull("finish_reason");
            }
            else
            {
                member.WriteTo(json);
            }
        }

        json.WriteEndObject();
    }

    // In a stream every tool call says which one it is.
    private static void WriteDelta(Utf8JsonWriter json, JsonProperty part)
    {
        if (!part.NameEquals("tool_calls") || part.Value.ValueKind != JsonValueKind.Array)
        {
            part.WriteTo(json);
            return;
        }

        json.WriteStartArray("tool_calls");
        int index = 0;
        foreach (JsonElement call in part.Value.EnumerateArray())
        {
            json.WriteStartObject();
            json.WriteNumber("index", index++);
            foreach (JsonProperty member in call.EnumerateObject().Where(m => !m.NameEquals("index")))
            {
                member.WriteTo(json);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFinish(Utf8JsonWriter json, JsonElement choice, bool isChat)
    {
        json.WriteStartObject();
        if (choice.TryGetProperty("index", out JsonElement index))
        {
            json.WritePropertyName("index");
            index.WriteTo(json);
        }

        if (isChat)
        {
            json.WriteStartObject("delta");
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("text", "");
        }

        json.WriteNull("logprobs");
        json.WritePropertyName("finish_reason");
        if (choice.TryGetProperty("finish_reason", out JsonElement reason))
        {
            reason.WriteTo(json);
        }
        else
        {
            json.WriteStringValue("stop");
        }

        json.WriteEndObject();
    }
}
