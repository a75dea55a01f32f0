using System.Buffers;
using System.Text.Json;
using FastGate.Protocol.Sse;

namespace FastGate.Proxy.Answers.Conversion;

/// <summary>
/// Makes whole answers of streams and streams of whole answers, for the Responses API (OpenAI API reference, "Streaming events"). A
/// stream that is made adds each item of the output and each text or argument in one piece.
/// </summary>
internal static class ResponsesConversion
{
    /// <summary>The response that a stream ended with; null when it has none.</summary>
    internal static byte[]? ToWhole(byte[] events)
    {
        byte[]? whole = null;
        bool read = StoredEvents.Read(events, (_, item) =>
        {
            if (item.TryGetProperty("type", out JsonElement type) && (type.ValueEquals("response.completed") || type.ValueEquals("response.incomplete"))
                && item.TryGetProperty("response", out JsonElement response))
            {
                whole = Bytes(response.WriteTo);
            }
        });
        return read ? whole : null;
    }

    /// <summary>The events of a response; null when it is none.</summary>
    internal static byte[]? ToStream(byte[] whole)
    {
        try
        {
            using var document = JsonDocument.Parse(whole);
            JsonElement response = document.RootElement;
            if (response.ValueKind != JsonValueKind.Object || !response.TryGetProperty("output", out JsonElement output) || output.ValueKind != JsonValueKind.Array)
            {
                return null;
            }

            var stream = new Events();
            stream.Write("response.created", json => WriteResponse(json, response, begun: true));
            int index = 0;
            foreach (JsonElement item in output.EnumerateArray())
            {
                WriteItem(stream, item, index++);
            }

            bool incomplete = response.TryGetProperty("status", out JsonElement status) && status.ValueEquals("incomplete");
            stream.Write(incomplete ? "response.incomplete" : "response.completed", json => WriteResponse(json, response, begun: false));
            return stream.ToArray();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or members of other kinds than the reference says.
            return null;
        }
    }

    private static void WriteItem(Events stream, JsonElement item, int index)
    {
        string id = item.TryGetProperty("id", out JsonElement given) ? given.GetString() ?? "" : "";
        stream.Write("response.output_item.added", json => WriteMember(json, "item", begun => WriteEmptied(begun, item), index));
        if (item.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.Array)
        {
            int part = 0;
            foreach (JsonElement piece in content.EnumerateArray())
            {
                WritePart(stream, piece, id, index, part++);
            }
        }
        else if (item.TryGetProperty("arguments", out JsonElement arguments))
        {
            WriteText(stream, "response.function_call_arguments", "arguments", arguments, id, index, null);
        }

        stream.Write("response.output_item.done", json => WriteMember(json, "item", item.WriteTo, index));
    }

    private static void WritePart(Events stream, JsonElement piece, string id, int index, int part)
    {
        stream.Write("response.content_part.added", json =>
        {
            WritePlace(json, id, index, part);
            json.WritePropertyName("part");
            WriteEmptied(json, piece);
        });
        if (piece.TryGetProperty("text", out JsonElement text))
        {
            WriteText(stream, "response.output_text", "text", text, id, index, part);
        }
        else if (piece.TryGetProperty("refusal", out JsonElement refusal))
        {
            WriteText(stream, "response.refusal", "refusal", refusal, id, index, part);
        }

        stream.Write("response.content_part.done", json =>
        {
            WritePlace(json, id, index, part);
            json.WritePropertyName("part");
            piece.WriteTo(json);
        });
    }

    private static void WriteText(Events stream, string type, string member, JsonElement text, string id, int index, int? part)
    {
        stream.Write(type + ".delta", json =>
        {
            WritePlace(json, id, index, part);
            json.WritePropertyName("delta");
            text.WriteTo(json);
        });
        stream.Write(type + ".done", json =>
        {
            WritePlace(json, id, index, part);
            json.WritePropertyName(member);
            text.WriteTo(json);
        });
    }

    private static void WritePlace(Utf8JsonWriter json, string id, int index, int? part)
    {
        json.WriteString("item_id", id);
        json.WriteNumber("output_index", index);
        if (part is { } number)
        {
            json.WriteNumber("content_index", number);
        }
    }

    private static void WriteMember(Utf8JsonWriter json, string name, Action<Utf8JsonWriter> write, int index)
    {
        json.WriteNumber("output_index", index);
        json.WritePropertyName(name);
        write(json);
    }

    // What an item or a part looks like before its content has come.
    private static void WriteEmptied(Utf8JsonWriter json, JsonElement value)
    {
        json.WriteStartObject();
        foreach (JsonProperty member in value.EnumerateObject())
        {
            switch (member.Name)
            {
                case "text" or "arguments" or "refusal":
                    json.WriteString(member.Name, "");
                    break;
                case "content":
                    json.WriteStartArray("content");
                    json.WriteEndArray();
                    break;
                case "status":
                    json.WriteString("status", "in_progress");
                    break;
                default:
                    member.WriteTo(json);
                    break;
            }
        }

        json.WriteEndObject();
    }

    private static void WriteResponse(Utf8JsonWriter json, JsonElement response, bool begun)
    {
        json.WritePropertyName("response");
        if (!begun)
        {
            response.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        foreach (JsonProperty member in response.EnumerateObject())
        {
            switch (member.Name)
            {
                case "output":
                    json.WriteStartArray("output");
                    json.WriteEndArray();
                    break;
                case "status":
                    json.WriteString("status", "in_progress");
                    break;
                case "usage":
                    json.WriteNull("usage");
                    break;
                default:
                    member.WriteTo(json);
                    break;
            }
        }

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

    private sealed class Events
    {
        private readonly ArrayBufferWriter<byte> _output = new(4096);
        private int _number;

        internal void Write(string type, Action<Utf8JsonWriter> write)
        {
            byte[] data = Bytes(json =>
            {
                json.WriteStartObject();
                json.WriteString("type", type);
                json.WriteNumber("sequence_number", _number++);
                write(json);
                json.WriteEndObject();
            });
            SseWriter.WriteEvent(_output, data, System.Text.Encoding.ASCII.GetBytes(type));
        }

        internal byte[] ToArray() => _output.WrittenSpan.ToArray();
    }
}
