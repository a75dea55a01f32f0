using System.Text;
using System.Text.Json;
using FastGate.Protocol.Json;

namespace FastGate.Protocol.Tests.Json.Fuzz;

/// <summary>
/// The facts of a body as System.Text.Json sees it. It decides what is JSON; the rules on top are written once more, on whole tokens
/// instead of octets. Where System.Text.Json and the scanner differ on purpose there is nothing to write: both refuse a byte order mark,
/// both leave strings that nobody reads unchecked.
/// </summary>
internal static class RequestOracle
{
    private static readonly string[] Counted = ["messages", "input", "prompt", "system", "instructions"];

    private static readonly Dictionary<string, RequestField> Known =
        Enum.GetValues<RequestField>().Where(f => f is not (RequestField.None or RequestField.IncludeUsage))
            .ToDictionary(f => new ScanError(ScanErrorKind.None, 0, f).FieldName);

    public static bool IsJson(byte[] body)
    {
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 128 });
            while (reader.Read())
            {
            }

            return body.Length != 0 && reader.TokenType != JsonTokenType.None;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The facts of a body that is JSON.</summary>
    public static ScannedFacts Read(byte[] body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 128 });
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return ScannedFacts.Failed(ScanErrorKind.NotAnObject);
        }

        var facts = new ScannedFacts { TotalBytes = body.Length };
        var seen = new HashSet<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string? name = Text(ref reader);
            RequestField field = name is null ? RequestField.None : Known.GetValueOrDefault(name);
            if (field != RequestField.None && !seen.Add(name!))
            {
                return ScannedFacts.Failed(ScanErrorKind.DuplicateKey, field);
            }

            reader.Read();
            facts = Member(ref reader, field, facts);
            if (facts.Error != ScanErrorKind.None)
            {
                return facts;
            }
        }

        return facts;
    }

    private static ScannedFacts Member(ref Utf8JsonReader reader, RequestField field, ScannedFacts facts)
    {
        JsonTokenType token = reader.TokenType;
        long start = reader.TokenStartIndex;
        bool isBoolean = token is JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null;
        switch (field)
        {
            case RequestField.Model when token != JsonTokenType.String:
            case RequestField.Stream when !isBoolean:
            case RequestField.StreamOptions when token is not (JsonTokenType.StartObject or JsonTokenType.Null):
                return ScannedFacts.Failed(ScanErrorKind.WrongType, field);
            case RequestField.Model:
                facts = Model(ref reader, facts);
                break;
            case RequestField.StreamOptions when token == JsonTokenType.StartObject:
                facts = Options(reader, facts);
                break;
            case RequestField.Text when token == JsonTokenType.StartObject:
                facts = facts with { HasResponseFormat = facts.HasResponseFormat || HasFormat(reader) };
                break;
            case RequestField.N when token == JsonTokenType.Number:
                facts = facts with { HasMultipleChoices = Encoding.ASCII.GetString(reader.ValueSpan) is not ("0" or "1") };
                break;
            case RequestField.MaxTokens or RequestField.MaxCompletionTokens or RequestField.MaxOutputTokens when token == JsonTokenType.Number:
                string number = Encoding.ASCII.GetString(reader.ValueSpan);
                long value = number.All(char.IsAsciiDigit) && number.Length < 18 ? long.Parse(number) : -1;
                facts = facts with { MaxTokens = Math.Max(facts.MaxTokens, value) };
                break;
        }

        if (facts.Error != ScanErrorKind.None)
        {
            return facts;
        }

        // Walk to the value's end, counting strings.
        bool counting = Counted.Contains(new ScanError(ScanErrorKind.None, 0, field).FieldName);
        long input = 0;
        long media = 0;
        int depth = reader.CurrentDepth;
        while (true)
        {
            if (counting && reader.TokenType == JsonTokenType.String)
            {
                bool isMedia = reader.ValueSpan.StartsWith("data:"u8);
                input += isMedia ? 0 : reader.ValueSpan.Length;
                media += isMedia ? reader.ValueSpan.Length : 0;
            }

            bool open = reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject;
            if (!open && reader.CurrentDepth == depth && reader.TokenType != JsonTokenType.PropertyName)
            {
                break;
            }

            reader.Read();
        }

        var range = new ValueRange(start, reader.BytesConsumed - start, KindOf(token));
        bool present = token != JsonTokenType.Null;
        facts = facts with { InputBytes = facts.InputBytes + input, MediaBytes = facts.MediaBytes + media };
        return field switch
        {
            RequestField.Model => facts with { ModelRange = range },
            RequestField.Stream => facts with { Stream = token == JsonTokenType.True },
            RequestField.StreamOptions => facts with { StreamOptions = range },
            RequestField.Fallbacks => facts with { Fallbacks = range },
            RequestField.Models => facts with { Models = range },
            RequestField.Metadata => facts with { Metadata = range },
            RequestField.User => facts with { User = range },
            RequestField.Tools => facts with { HasTools = present },
            RequestField.ResponseFormat => facts with { HasResponseFormat = facts.HasResponseFormat || present },
            RequestField.Audio => facts with { HasAudio = present },
            RequestField.Modalities => facts with { HasModalities = present },
            _ => facts,
        };
    }

    private static ScannedFacts Model(ref Utf8JsonReader reader, ScannedFacts facts)
    {
        string? model = Text(ref reader);
        return model is null ? ScannedFacts.Failed(ScanErrorKind.InvalidUtf8, RequestField.Model)
            : model.Length == 0 ? ScannedFacts.Failed(ScanErrorKind.EmptyModel, RequestField.Model)
            : Encoding.UTF8.GetByteCount(model) > 256 ? ScannedFacts.Failed(ScanErrorKind.ModelTooLong, RequestField.Model)
            : facts with { Model = model };
    }

    private static bool HasFormat(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Text(ref reader) == "format")
            {
                return true;
            }

            reader.Read();
            reader.Skip();
        }

        return false;
    }

    private static ScannedFacts Options(Utf8JsonReader reader, ScannedFacts facts)
    {
        bool seen = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isUsage = Text(ref reader) == "include_usage";
            if (isUsage && seen)
            {
                return ScannedFacts.Failed(ScanErrorKind.DuplicateKey, RequestField.IncludeUsage);
            }

            seen |= isUsage;
            reader.Read();
            if (isUsage && reader.TokenType is not (JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null))
            {
                return ScannedFacts.Failed(ScanErrorKind.WrongType, RequestField.IncludeUsage);
            }

            facts = isUsage ? facts with { IncludeUsage = reader.TokenType == JsonTokenType.True } : facts;
            reader.Skip();
        }

        return facts;
    }

    /// <summary>The text, or null when it is not Unicode.</summary>
    private static string? Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonKind KindOf(JsonTokenType token) => token switch
    {
        JsonTokenType.StartObject => JsonKind.Object,
        JsonTokenType.StartArray => JsonKind.Array,
        JsonTokenType.String => JsonKind.String,
        JsonTokenType.Number => JsonKind.Number,
        JsonTokenType.True => JsonKind.True,
        JsonTokenType.False => JsonKind.False,
        _ => JsonKind.Null,
    };
}
