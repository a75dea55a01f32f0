using System.Text.Json;

namespace FastGate.MockProvider.OpenAI;

/// <summary>What <c>strict</c> structured output demands of a schema: closed objects whose every property is required.</summary>
internal static class StrictSchema
{
    internal static void Check(JsonElement schema, string name, string what, string param) => Check(schema, name, what, param, "()");

    private static void Check(JsonElement schema, string name, string what, string param, string context)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (schema.TryGetProperty("properties", out JsonElement properties) && properties.ValueKind == JsonValueKind.Object)
        {
            if (!schema.TryGetProperty("additionalProperties", out JsonElement additional) || additional.ValueKind != JsonValueKind.False)
            {
                throw Refusal(name, what, param, context, "'additionalProperties' is required to be supplied and to be false.");
            }

            HashSet<string> required = schema.TryGetProperty("required", out JsonElement list) && list.ValueKind == JsonValueKind.Array
                ? [.. list.EnumerateArray().Select(one => one.ValueKind == JsonValueKind.String ? one.GetString()! : "")]
                : [];
            foreach (JsonProperty property in properties.EnumerateObject())
            {
                if (!required.Contains(property.Name))
                {
                    throw Refusal(
                        name, what, param, context, $"'required' is required to be supplied and to be an array including every key in properties. Missing '{property.Name}'.");
                }

                Check(property.Value, name, what, param, $"('properties', '{property.Name}')");
            }
        }

        if (schema.TryGetProperty("items", out JsonElement items))
        {
            Check(items, name, what, param, "('items')");
        }

        if (schema.TryGetProperty("$defs", out JsonElement definitions) && definitions.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty definition in definitions.EnumerateObject())
            {
                Check(definition.Value, name, what, param, $"('$defs', '{definition.Name}')");
            }
        }
    }

    private static OpenAiRejection Refusal(string name, string what, string param, string context, string complaint) =>
        OpenAiRejection.Invalid($"Invalid schema for {what} '{name}': In context={context}, {complaint}", param, what == "function" ? "invalid_function_parameters" : null);
}
