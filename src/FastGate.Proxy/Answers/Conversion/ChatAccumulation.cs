using System.Buffers;
using System.Text;
using System.Text.Json;

namespace FastGate.Proxy.Answers.Conversion;

/// <summary>Adds the chunks of a chat or legacy completion up to the whole answer.</summary>
internal sealed class ChatAccumulation(bool isChat)
{
    private readonly Dictionary<string, JsonElement> _members = new(StringComparer.Ordinal);
    private readonly SortedDictionary<int, Choice> _choices = [];

    internal bool HasChoices => _choices.Count > 0;

    internal void Add(JsonElement chunk)
    {
        foreach (JsonProperty member in chunk.EnumerateObject())
        {
            if (member.NameEquals("choices") && member.Value.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement choice in member.Value.EnumerateArray().Where(c => c.ValueKind == JsonValueKind.Object))
                {
                    Add(choice, IndexOf(choice));
                }
            }
            else if (!member.NameEquals("object") && member.Value.ValueKind != JsonValueKind.Null)
            {
                // The document goes when its chunk has been read.
                _members[member.Name] = member.Value.Clone();
            }
        }
    }

    internal byte[] Write()
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(output))
        {
            json.WriteStartObject();
            Member(json, "id");
            json.WriteString("object", isChat ? "chat.completion" : "text_completion");
            foreach (string name in _members.Keys.Where(n => n is not ("id" or "usage")))
            {
                Member(json, name);
            }

            json.WriteStartArray("choices");
            foreach ((int index, Choice choice) in _choices)
            {
                choice.Write(json, index, isChat);
            }

            json.WriteEndArray();
            Member(json, "usage");
            json.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private void Member(Utf8JsonWriter json, string name)
    {
        if (_members.TryGetValue(name, out JsonElement value))
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
    }

    private void Add(JsonElement choice, int index)
    {
        if (!_choices.TryGetValue(index, out Choice? sum))
        {
            _choices[index] = sum = new Choice();
        }

        sum.Add(choice);
    }

    private static int IndexOf(JsonElement value) => value.TryGetProperty("index", out JsonElement index) && index.TryGetInt32(out int number) ? number : 0;

    private sealed class Choice
    {
        private readonly Parts _message = new();
        private readonly SortedDictionary<int, Parts> _calls = [];
        private readonly SortedDictionary<int, Parts> _functions = [];
        private readonly List<JsonElement> _logprobs = [];
        private readonly StringBuilder _text = new();
        private JsonElement _finish;

        internal void Add(JsonElement choice)
        {
            foreach (JsonProperty member in choice.EnumerateObject().Where(m => m.Value.ValueKind != JsonValueKind.Null))
            {
                switch (member.Name)
                {
                    case "delta" when member.Value.ValueKind == JsonValueKind.Object:
                        AddDelta(member.Value);
                        break;
                    case "text":
                        _text.Append(member.Value.GetString());
                        break;
                    case "finish_reason":
                        _finish = member.Value.Clone();
                        break;
                    case "logprobs" when member.Value.ValueKind == JsonValueKind.Object && member.Value.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.Array:
                        _logprobs.AddRange(content.EnumerateArray().Select(l => l.Clone()));
                        break;
                }
            }
        }

        internal void Write(Utf8JsonWriter json, int index, bool isChat)
        {
            json.WriteStartObject();
            json.WriteNumber("index", index);
            if (isChat)
            {
                json.WriteStartObject("message");
                _message.WriteOne(json, "role", "assistant");
                _message.WriteOne(json, "content", null);
                _message.Write(json, "role", "content");
                WriteCalls(json);
                json.WriteEndObject();
            }
            else
            {
                json.WriteString("text", _text.ToString());
            }

            WriteLogprobs(json);
            json.WritePropertyName("finish_reason");
            if (_finish.ValueKind == JsonValueKind.Undefined)
            {
                json.WriteNullValue();
            }
            else
            {
                _finish.WriteTo(json);
            }

            json.WriteEndObject();
        }

        private void AddDelta(JsonElement delta)
        {
            foreach (JsonProperty member in delta.EnumerateObject().Where(m => m.Value.ValueKind != JsonValueKind.Null))
            {
                if (member.NameEquals("tool_calls") && member.Value.ValueKind == JsonValueKind.Array)
                {
                    foreach (JsonElement call in member.Value.EnumerateArray())
                    {
                        AddCall(call, IndexOf(call));
                    }
                }
                else
                {
                    _message.Add(member);
                }
            }
        }

        private void AddCall(JsonElement call, int index)
        {
            if (!_calls.TryGetValue(index, out Parts? parts))
            {
                _calls[index] = parts = new Parts();
                _functions[index] = new Parts();
            }

            foreach (JsonProperty member in call.EnumerateObject().Where(m => m.Value.ValueKind != JsonValueKind.Null && !m.NameEquals("index")))
            {
                if (member.NameEquals("function") && member.Value.ValueKind == JsonValueKind.Object)
                {
                    foreach (JsonProperty part in member.Value.EnumerateObject().Where(m => m.Value.ValueKind != JsonValueKind.Null))
                    {
                        _functions[index].Add(part);
                    }
                }
                else
                {
                    parts.Replace(member);
                }
            }
        }

        private void WriteCalls(Utf8JsonWriter json)
        {
            if (_calls.Count == 0)
            {
                return;
            }

            json.WriteStartArray("tool_calls");
            foreach ((int index, Parts parts) in _calls)
            {
                json.WriteStartObject();
                parts.Write(json);
                json.WriteStartObject("function");
                _functions[index].Write(json);
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        private void WriteLogprobs(Utf8JsonWriter json)
        {
            if (_logprobs.Count == 0)
            {
                json.WriteNull("logprobs");
                return;
            }

            json.WriteStartObject("logprobs");
            json.WriteStartArray("content");
            _logprobs.ForEach(l => l.WriteTo(json));
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    // Members that come in pieces: texts are joined, of anything else the last counts.
    private sealed class Parts
    {
        private readonly Dictionary<string, (StringBuilder? Text, JsonElement Value)> _parts = new(StringComparer.Ordinal);

        internal void Add(JsonProperty member)
        {
            // A role may be repeated in every chunk; it does not grow.
            if (member.Value.ValueKind != JsonValueKind.String || member.NameEquals("role"))
            {
                Replace(member);
                return;
            }

            if (!_parts.TryGetValue(member.Name, out (StringBuilder? Text, JsonElement Value) part) || part.Text is null)
            {
                _parts[member.Name] = part = (new StringBuilder(), default);
            }

            part.Text!.Append(member.Value.GetString());
        }

        internal void Replace(JsonProperty member) => _parts[member.Name] = (null, member.Value.Clone());

        internal void WriteOne(Utf8JsonWriter json, string name, string? otherwise)
        {
            if (_parts.TryGetValue(name, out (StringBuilder? Text, JsonElement Value) part))
            {
                Write(json, name, part);
            }
            else
            {
                json.WriteString(name, otherwise);
            }
        }

        internal void Write(Utf8JsonWriter json, params string[] but)
        {
            foreach ((string name, (StringBuilder? Text, JsonElement Value) part) in _parts.Where(p => !but.Contains(p.Key)))
            {
                Write(json, name, part);
            }
        }

        private static void Write(Utf8JsonWriter json, string name, (StringBuilder? Text, JsonElement Value) part)
        {
            json.WritePropertyName(name);
            if (part.Text is null)
            {
                part.Value.WriteTo(json);
            }
            else
            {
                json.WriteStringValue(part.Text.ToString());
            }
        }
    }
}
