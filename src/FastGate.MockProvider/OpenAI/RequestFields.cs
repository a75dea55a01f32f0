using System.Globalization;
using System.Text.Json;

namespace FastGate.MockProvider.OpenAI;

/// <summary>
/// A JSON object of a request, read field by field with OpenAI's complaints where a field is missing, of the wrong type or out of range.
/// A null counts as absent, as it does there.
/// </summary>
internal readonly struct RequestFields
{
    private readonly JsonElement _element;
    private readonly string _path;

    private RequestFields(JsonElement element, string path)
    {
        _element = element;
        _path = path;
    }

    internal static RequestFields Of(JsonElement element, string path) => element.ValueKind == JsonValueKind.Object
        ? new RequestFields(element, path)
        : throw OpenAiRejection.WrongType(path, "an object", NameOf(element));

    internal string PathOf(string field) => _path.Length == 0 ? field : $"{_path}.{field}";

    internal IEnumerable<JsonProperty> All() => _element.EnumerateObject();

    internal bool Has(string field) => TryGet(field, out _);

    internal bool TryGet(string field, out JsonElement value) => _element.TryGetProperty(field, out value) && value.ValueKind != JsonValueKind.Null;

    internal JsonElement Required(string field) => TryGet(field, out JsonElement value) ? value : throw OpenAiRejection.Missing(PathOf(field));

    internal string? Text(string field)
    {
        if (!TryGet(field, out JsonElement value))
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.String ? value.GetString() : throw OpenAiRejection.WrongType(PathOf(field), "a string", NameOf(value));
    }

    internal string RequiredText(string field) => Text(field) ?? throw OpenAiRejection.Missing(PathOf(field));

    internal string? OneOf(string field, params string[] supported)
    {
        string? value = Text(field);
        return value is null || supported.Contains(value) ? value : throw OpenAiRejection.WrongValue(PathOf(field), value, supported);
    }

    internal bool Flag(string field) => TryGet(field, out JsonElement value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw OpenAiRejection.WrongType(PathOf(field), "a boolean", NameOf(value)),
    };

    internal int? Whole(string field, int least, int most)
    {
        if (!TryGet(field, out JsonElement value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out long number))
        {
            throw OpenAiRejection.WrongType(PathOf(field), "an integer", NameOf(value));
        }

        if (number < least)
        {
            throw OutOfRange("integer", field, "below minimum", ">=", least, number);
        }

        return number <= most ? (int)number : throw OutOfRange("integer", field, "above maximum", "<=", most, number);
    }

    internal double? Decimal(string field, double least, double most)
    {
        if (!TryGet(field, out JsonElement value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number)
        {
            throw OpenAiRejection.WrongType(PathOf(field), "a decimal", NameOf(value));
        }

        double number = value.GetDouble();
        if (number < least)
        {
            throw OutOfRange("decimal", field, "below minimum", ">=", least, number);
        }

        return number <= most ? number : throw OutOfRange("decimal", field, "above maximum", "<=", most, number);
    }

    /// <summary>An array with at least one element.</summary>
    internal JsonElement RequiredArray(string field, string expected)
    {
        JsonElement value = Required(field);
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw OpenAiRejection.WrongType(PathOf(field), expected, NameOf(value));
        }

        return value.GetArrayLength() > 0 ? value : throw EmptyArray(PathOf(field));
    }

    internal RequestFields? Object(string field) => TryGet(field, out JsonElement value) ? Of(value, PathOf(field)) : null;

    internal RequestFields RequiredObject(string field) => Of(Required(field), PathOf(field));

    /// <summary>Chat Completions and its elders complain of an argument, Responses of a parameter.</summary>
    internal void AllowOnly(IReadOnlySet<string> known, Func<string, OpenAiRejection> complaint)
    {
        foreach (JsonProperty property in _element.EnumerateObject())
        {
            if (!known.Contains(property.Name))
            {
                throw complaint(property.Name);
            }
        }
    }

    internal static OpenAiRejection EmptyArray(string path) => OpenAiRejection.Invalid(
        $"Invalid '{path}': empty array. Expected an array with minimum length 1, but got an empty array instead.", path, "empty_array");

    internal static string NameOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "a string",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "an integer" : "a decimal",
        JsonValueKind.True or JsonValueKind.False => "a boolean",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        _ => "null",
    };

    private OpenAiRejection OutOfRange(string kind, string field, string side, string relation, double bound, double was) => OpenAiRejection.Invalid(
        string.Create(CultureInfo.InvariantCulture, $"Invalid '{PathOf(field)}': {kind} {side} value. Expected a value {relation} {bound}, but got {was} instead."),
        PathOf(field),
        $"{kind}_{(relation == ">=" ? "below_min" : "above_max")}_value");
}
