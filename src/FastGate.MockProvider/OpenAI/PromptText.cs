using System.Text.Json;

namespace FastGate.MockProvider.OpenAI;

/// <summary>The inputs of completions and embeddings: a string, strings, token numbers, or arrays of token numbers.</summary>
internal static class PromptText
{
    internal static List<string> Read(RequestFields body, string field)
    {
        JsonElement value = body.Required(field);
        if (value.ValueKind == JsonValueKind.String)
        {
            return [value.GetString()!];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw OpenAiRejection.WrongType(field, "one of a string or array", RequestFields.NameOf(value));
        }

        if (value.GetArrayLength() == 0)
        {
            throw RequestFields.EmptyArray(field);
        }

        if (value.GetArrayLength() > 2048)
        {
            throw OpenAiRejection.Invalid(
                $"Invalid '{field}': array too long. Expected an array with maximum length 2048, but got an array with length {value.GetArrayLength()} instead.",
                field,
                "array_above_max_length");
        }

        return value[0].ValueKind switch
        {
            JsonValueKind.Number => [TextOfTokens(value, field)],
            JsonValueKind.Array => [.. value.EnumerateArray().Select((tokens, index) => TextOfTokens(tokens, $"{field}[{index}]"))],
            _ =>
            [
                .. value.EnumerateArray().Select((text, index) => text.ValueKind == JsonValueKind.String
                    ? text.GetString()!
                    : throw OpenAiRejection.WrongType($"{field}[{index}]", "a string", RequestFields.NameOf(text))),
            ],
        };
    }

    /// <summary>Token numbers have no words here; their digits, one piece each, stand for them.</summary>
    private static string TextOfTokens(JsonElement tokens, string path) => tokens.ValueKind == JsonValueKind.Array && tokens.GetArrayLength() > 0
        ? string.Join(' ', tokens.EnumerateArray().Select((token, index) => token.ValueKind == JsonValueKind.Number && token.TryGetInt32(out int number)
            ? number
            : throw OpenAiRejection.WrongType($"{path}[{index}]", "an integer", RequestFields.NameOf(token))))
        : throw OpenAiRejection.WrongType(path, "an array of integers", RequestFields.NameOf(tokens));
}
