using System.Text.Json;
using System.Text.Unicode;

namespace FastGate.MockProvider.OpenAI;

/// <summary>Parses a request body of which every string can be read: the parser itself lets bad UTF-8 and lone surrogates pass until they are asked for.</summary>
internal static class JsonBody
{
    internal static JsonDocument Parse(byte[] body)
    {
        if (!Utf8.IsValid(body))
        {
            throw OpenAiRejection.BadJson();
        }

        try
        {
            CheckEscapes(body);
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            throw OpenAiRejection.BadJson();
        }
    }

    private static void CheckEscapes(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                try
                {
                    reader.GetString();
                }
                catch (InvalidOperationException)
                {
                    // Half a surrogate pair: no text (RFC 8259 §8.2 leaves it open; the service refuses it).
                    throw OpenAiRejection.BadJson();
                }
            }
        }
    }
}
