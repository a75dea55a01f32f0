using FastGate.Protocol.Json;

namespace FastGate.Providers.OpenAi;

/// <summary>
/// The error object of the OpenAI shape, as slices of the document it was found in
/// (https://platform.openai.com/docs/guides/error-codes). Compatible providers write <c>code</c> as a number too.
/// </summary>
public struct OpenAiErrorFacts
{
    /// <summary><c>error.message</c>.</summary>
    public JsonSlice Message { get; internal set; }

    /// <summary><c>error.type</c>.</summary>
    public JsonSlice Type { get; internal set; }

    /// <summary><c>error.code</c>, a string's text or a number as written.</summary>
    public JsonSlice Code { get; internal set; }

    /// <summary><c>error.param</c>.</summary>
    public JsonSlice Param { get; internal set; }

    /// <summary>Reads the value the cursor stands before: an object of that shape, a bare message, or anything else, which is skipped.</summary>
    /// <returns>Whether it says that there is an error: it is neither <c>null</c> nor <c>false</c>.</returns>
    internal bool TryRead(ref JsonCursor cursor)
    {
        if (cursor.TryEnterObject())
        {
            while (cursor.NextProperty())
            {
                if (!TryReadMember(ref cursor))
                {
                    cursor.SkipValue();
                }
            }

            return true;
        }

        if (cursor.TryReadString(out JsonString message))
        {
            Message = JsonSlice.Before(cursor, message);
            return true;
        }

        bool isError = cursor.Peek() is not (JsonKind.Null or JsonKind.False or JsonKind.None);
        cursor.SkipValue();
        return isError;
    }

    /// <summary>Reads the member the cursor is at if it is one of the error's.</summary>
    /// <returns>Whether its value was consumed.</returns>
    internal bool TryReadMember(ref JsonCursor cursor)
    {
        JsonString name = cursor.Name;
        if (name.Is("message"u8))
        {
            Message = ReadText(ref cursor);
        }
        else if (name.Is("type"u8))
        {
            Type = ReadText(ref cursor);
        }
        else if (name.Is("code"u8))
        {
            Code = ReadText(ref cursor);
        }
        else if (name.Is("param"u8))
        {
            Param = ReadText(ref cursor);
        }
        else
        {
            return false;
        }

        return true;
    }

    /// <summary>A string's text or a number as written; anything else is skipped and gives the empty slice.</summary>
    internal static JsonSlice ReadText(ref JsonCursor cursor)
    {
        if (cursor.TryReadString(out JsonString text))
        {
            return JsonSlice.Before(cursor, text);
        }

        if (cursor.TryReadNumber(out ReadOnlySpan<byte> number))
        {
            return new JsonSlice(cursor.Position - number.Length, number.Length, NeedsUnescape: false);
        }

        cursor.SkipValue();
        return default;
    }
}
