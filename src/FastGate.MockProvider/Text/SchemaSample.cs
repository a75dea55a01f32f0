using System.Text.Json;

namespace FastGate.MockProvider.Text;

/// <summary>
/// Writes a value that satisfies a JSON schema of the kind structured output takes: objects, arrays, strings, numbers, booleans, null,
/// enum, const, anyOf/oneOf/allOf, local $ref, lengths, bounds and the common formats. The same schema and seed give the same value.
/// </summary>
internal sealed class SchemaSample
{
    // Below this depth optional properties are left out and arrays are as short as allowed, which ends recursive schemas.
    private const int DeepEnough = 6;
    private const int TooDeep = 64;

    // What one answer may hold: a schema can demand more than any memory has.
    private const int MostNodes = 10_000;
    private const int MostItems = 1000;

    private readonly JsonElement _root;
    private readonly Utf8JsonWriter _writer;
    private StableRandom _random;
    private int _nodes;

    private SchemaSample(JsonElement root, Utf8JsonWriter writer, ReadOnlySpan<char> seedText)
    {
        _root = root;
        _writer = writer;
        _random = StableRandom.From(seedText);
    }

    internal static string Compose(JsonElement schema, ReadOnlySpan<char> seedText)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            new SchemaSample(schema, writer, seedText).Write(schema, "value", 0);
        }

        return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private void Write(JsonElement schema, string name, int depth)
    {
        // A schema that demands endless depth has no value at all; null is as good as any.
        if (schema.ValueKind != JsonValueKind.Object || depth > TooDeep || ++_nodes > MostNodes)
        {
            _writer.WriteNullValue();
            return;
        }

        if (schema.TryGetProperty("$ref", out JsonElement reference))
        {
            Write(Resolve(StringOf(reference) ?? "#"), name, depth + 1);
        }
        else if (schema.TryGetProperty("const", out JsonElement constant))
        {
            constant.WriteTo(_writer);
        }
        else if (schema.TryGetProperty("enum", out JsonElement values) && values.ValueKind == JsonValueKind.Array && values.GetArrayLength() > 0)
        {
            values[_random.Below(values.GetArrayLength())].WriteTo(_writer);
        }
        else if (Alternatives(schema) is { } alternatives)
        {
            Write(Choose(alternatives, depth), name, depth + 1);
        }
        else
        {
            WriteTyped(schema, name, depth);
        }
    }

    private static JsonElement? Alternatives(JsonElement schema)
    {
        foreach (string keyword in (string[])["anyOf", "oneOf", "allOf"])
        {
            if (schema.TryGetProperty(keyword, out JsonElement list) && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0)
            {
                return list;
            }
        }

        return null;
    }

    /// <summary>The first alternative; once deep enough, null where that is one of them.</summary>
    private static JsonElement Choose(JsonElement alternatives, int depth)
    {
        if (depth >= DeepEnough)
        {
            foreach (JsonElement alternative in alternatives.EnumerateArray())
            {
                if (alternative.ValueKind == JsonValueKind.Object && alternative.TryGetProperty("type", out JsonElement type) && StringOf(type) == "null")
                {
                    return alternative;
                }
            }
        }

        return alternatives[0];
    }

    private void WriteTyped(JsonElement schema, string name, int depth)
    {
        switch (TypeOf(schema))
        {
            case "object":
                WriteObject(schema, depth);
                break;
            case "array":
                WriteArray(schema, name, depth);
                break;
            case "string":
                _writer.WriteStringValue(Text(schema, name));
                break;
            case "integer":
                _writer.WriteNumberValue((long)Number(schema, step: 1));
                break;
            case "number":
                _writer.WriteNumberValue(Number(schema, step: 0.25));
                break;
            case "boolean":
                _writer.WriteBooleanValue(_random.Below(2) == 0);
                break;
            default:
                _writer.WriteNullValue();
                break;
        }
    }

    private static string TypeOf(JsonElement schema)
    {
        if (schema.TryGetProperty("type", out JsonElement type))
        {
            return type.ValueKind == JsonValueKind.Array
                ? type.EnumerateArray().Select(one => StringOf(one) ?? "null").FirstOrDefault(one => one != "null", "null")
                : StringOf(type) ?? "null";
        }

        return schema.TryGetProperty("properties", out _) ? "object" : schema.TryGetProperty("items", out _) ? "array" : "string";
    }

    private void WriteObject(JsonElement schema, int depth)
    {
        HashSet<string> required = schema.TryGetProperty("required", out JsonElement list) && list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(one => StringOf(one) ?? "")]
            : [];
        _writer.WriteStartObject();
        if (schema.TryGetProperty("properties", out JsonElement properties) && properties.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty property in properties.EnumerateObject())
            {
                if (depth < DeepEnough || required.Contains(property.Name))
                {
                    _writer.WritePropertyName(property.Name);
                    Write(property.Value, property.Name, depth + 1);
                }
            }
        }

        _writer.WriteEndObject();
    }

    private void WriteArray(JsonElement schema, string name, int depth)
    {
        int least = Bound(schema, "minItems", 0);
        int most = Math.Max(least, Bound(schema, "maxItems", 3));
        int count = depth >= DeepEnough ? least : Math.Clamp(2, least, most);
        _writer.WriteStartArray();
        for (int i = 0; i < count; i++)
        {
            if (schema.TryGetProperty("items", out JsonElement items))
            {
                Write(items, name, depth + 1);
            }
            else
            {
                _writer.WriteStringValue(Prose.Compose(name + i, 1));
            }
        }

        _writer.WriteEndArray();
    }

    private string Text(JsonElement schema, string name)
    {
        string? format = schema.TryGetProperty("format", out JsonElement value) ? StringOf(value) : null;
        switch (format)
        {
            case "date-time":
                return "2024-05-17T12:30:00Z";
            case "date":
                return "2024-05-17";
            case "time":
                return "12:30:00Z";
            case "email":
                return "ada@example.com";
            case "uri":
                return "https://example.com/" + name;
            case "uuid":
                return "7f3c1a52-8a0d-4c57-9d3e-2b1f6a90c4de";
            case "ipv4":
                return "192.0.2.7";
        }

        // Lengths count code points (JSON Schema validation §6.3), and the emoji among the words are single ones.
        string text = Prose.Compose($"{name} {_random.Next()}", 3);
        var runes = text.EnumerateRunes().ToList();
        int least = Bound(schema, "minLength", 0);
        int most = Bound(schema, "maxLength", int.MaxValue);
        while (runes.Count < least)
        {
            runes.AddRange(runes[..Math.Min(runes.Count, least - runes.Count)]);
        }

        return string.Concat(runes.Take(most));
    }

    private double Number(JsonElement schema, double step)
    {
        double multiple = schema.TryGetProperty("multipleOf", out JsonElement of) && of.ValueKind == JsonValueKind.Number && of.GetDouble() is > 1e-9 and < 1e9 and double given ? given : step;
        double? least = Limit(schema, "minimum", "exclusiveMinimum", multiple);
        double? most = Limit(schema, "maximum", "exclusiveMaximum", -multiple);
        double from = least ?? (most is { } top ? Math.Min(1, top - (20 * multiple)) : 1);
        from = Math.Ceiling(from / multiple) * multiple;
        double span = Math.Min(20, Math.Floor(((most ?? (from + (20 * multiple))) - from) / multiple));
        double number = from + (_random.Below(Math.Max(1, (int)span + 1)) * multiple);
        return double.IsFinite(number) ? number : 0;
    }

    private static double? Limit(JsonElement schema, string inclusive, string exclusive, double inward) =>
        schema.TryGetProperty(inclusive, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble()
        : schema.TryGetProperty(exclusive, out value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() + inward
        : null;

    private static int Bound(JsonElement schema, string keyword, int otherwise) =>
        schema.TryGetProperty(keyword, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int bound)
            ? Math.Clamp(bound, 0, otherwise == int.MaxValue ? int.MaxValue : MostItems)
            : otherwise;

    private static string? StringOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A pointer into this schema (<c>#/$defs/node</c>, RFC 6901); anything else is taken for the schema itself.</summary>
    private JsonElement Resolve(string reference)
    {
        JsonElement at = _root;
        foreach (string part in reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            string key = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(key, out JsonElement next))
            {
                return _root;
            }

            at = next;
        }

        return at;
    }
}
