using System.Text.Json;

namespace FastGate.MockProvider.Tests.Text;

/// <summary>A plain reading of the JSON Schema keywords that the sampler knows, written from the specification and not from the sampler.</summary>
internal static class SchemaOracle
{
    internal static bool Accepts(JsonElement root, JsonElement schema, JsonElement value)
    {
        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            JsonElement rule = keyword.Value;
            bool accepts = keyword.Name switch
            {
                "$ref" => Accepts(root, Follow(root, rule.GetString()!), value),
                "const" => JsonElement.DeepEquals(rule, value),
                "enum" => rule.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value)),
                "anyOf" => rule.EnumerateArray().Any(one => Accepts(root, one, value)),
                "type" => rule.ValueKind == JsonValueKind.Array ? rule.EnumerateArray().Any(one => IsOf(one.GetString()!, value)) : IsOf(rule.GetString()!, value),
                "minLength" => value.GetString()!.EnumerateRunes().Count() >= rule.GetInt32(),
                "maxLength" => value.GetString()!.EnumerateRunes().Count() <= rule.GetInt32(),
                "minimum" => value.GetDouble() >= rule.GetDouble(),
                "maximum" => value.GetDouble() <= rule.GetDouble(),
                "exclusiveMinimum" => value.GetDouble() > rule.GetDouble(),
                "exclusiveMaximum" => value.GetDouble() < rule.GetDouble(),
                "multipleOf" => Math.Abs(Math.IEEERemainder(value.GetDouble(), rule.GetDouble())) < 1e-9,
                "minItems" => value.GetArrayLength() >= rule.GetInt32(),
                "maxItems" => value.GetArrayLength() <= rule.GetInt32(),
                "items" => value.EnumerateArray().All(item => Accepts(root, rule, item)),
                "required" => rule.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
                "properties" => rule.EnumerateObject().All(one => !value.TryGetProperty(one.Name, out JsonElement member) || Accepts(root, one.Value, member)),
                "$defs" => true,
                string other => throw new NotSupportedException(other),
            };
            if (!accepts)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => value.ValueKind.ToString().Equals(type, StringComparison.OrdinalIgnoreCase),
    };

    private static JsonElement Follow(JsonElement root, string reference) =>
        reference[1..].Split('/', StringSplitOptions.RemoveEmptyEntries).Aggregate(root, (at, name) => at.GetProperty(name));
}
