using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using FastGate.Protocol.Json;
using FastGate.Providers.OpenAi;

namespace FastGate.Providers.Classification;

/// <summary>
/// What an error body, or an event that may be an error, says: its names and its message. Reads every shape that servers of the
/// OpenAI surface answer in, and of a body that was cut short what is there. Allocates nothing.
/// </summary>
/// <remarks>
/// Shapes: <c>{"error":{...}}</c> (OpenAI), the same in an array (Google), <c>{"type":"error","error":{...}}</c> (Anthropic),
/// <c>{"error":"message","code":...}</c> (xAI, Ollama), the members at the top (Mistral, vLLM, Cohere, AWS), <c>{"detail":...}</c> (FastAPI),
/// <c>{"response":{"error":{...}}}</c> (events of the Responses API).
/// </remarks>
internal ref struct ErrorFacts
{
    private const int MaxNames = 8;

    private readonly ReadOnlySpan<byte> _body;
    private Names _names;
    private JsonSlice _message;
    private JsonSlice _topMessage;
    private JsonSlice _raw;
    private JsonSlice _retryDelay;

    private ErrorFacts(ReadOnlySpan<byte> body)
    {
        _body = body;
    }

    /// <summary>How many names were found.</summary>
    internal int NameCount { get; private set; }

    /// <summary>Whether the body begins as a JSON object or an array of them.</summary>
    internal bool BeginsAsJson { get; private set; }

    /// <summary>Whether the body is whole, valid JSON.</summary>
    internal bool IsJson { get; private set; }

    /// <summary>Whether the body reports an error, as opposed to being an answer.</summary>
    internal bool IsError { get; private set; }

    /// <summary>The HTTP status the body itself names, 400 to 599; else 0.</summary>
    internal int Status { get; private set; }

    /// <summary>What the provider asks to wait in the body (google.rpc.RetryInfo), as written; mostly empty.</summary>
    internal readonly ReadOnlySpan<byte> RetryDelay => _retryDelay.Of(_body);

    /// <summary>Reads a body.</summary>
    /// <param name="body">The body or what was held of it; anything that does not begin like JSON yields no facts.</param>
    internal static ErrorFacts Read(ReadOnlySpan<byte> body)
    {
        // A byte order mark may be ignored (RFC 8259 §8.1).
        ReadOnlySpan<byte> mark = "\uFEFF"u8;
        body = body.StartsWith(mark) ? body[mark.Length..] : body;

        var facts = new ErrorFacts(body);
        var cursor = new JsonCursor(body);
        bool inArray = cursor.TryEnterArray() && cursor.NextElement();
        if (cursor.TryEnterObject())
        {
            facts.BeginsAsJson = true;
            facts.ReadTop(ref cursor);
            while (inArray && cursor.NextElement())
            {
                cursor.SkipValue();
            }

            facts.IsJson = cursor.Finish();
        }

        return facts;
    }

    /// <summary>Whether one of the names is this one, whatever the case.</summary>
    /// <param name="name">The name.</param>
    internal readonly bool HasName(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<JsonSlice> names = _names;
        foreach (JsonSlice slice in names[..NameCount])
        {
            if (slice.Length == name.Length && Ascii.EqualsIgnoreCase(slice.Of(_body), name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Writes the message in lower case and without escapes, and behind it the text of the provider behind the provider (OpenRouter's
    /// <c>metadata.raw</c>); as much as fits.
    /// </summary>
    /// <param name="target">Where to.</param>
    /// <returns>What was written.</returns>
    internal readonly ReadOnlySpan<byte> Wording(Span<byte> target)
    {
        JsonSlice message = _message.IsEmpty ? _topMessage : _message;
        Span<byte> forMessage = _raw.IsEmpty ? target : target[..(target.Length / 2)];
        int length = WriteLower(message, forMessage);
        if (!_raw.IsEmpty)
        {
            // What separates the two is in no wording.
            target[length++] = (byte)'\n';
            length += WriteLower(_raw, target[length..]);
        }

        return target[..length];
    }

    private readonly int WriteLower(JsonSlice slice, Span<byte> target)
    {
        ReadOnlySpan<byte> text = slice.Of(_body);
        int written = 0;
        for (int i = 0; i < text.Length && written < target.Length; i++)
        {
            int octet = text[i];
            if (octet == '\\' && slice.NeedsUnescape)
            {
                octet = Unescape(text, ref i);
            }

            target[written++] = (byte)(octet is >= 'A' and <= 'Z' ? octet | 0x20 : octet);
        }

        return written;
    }

    /// <summary>The octet an escape stands for, a space for white space, a question mark where it is not ASCII or cut short.</summary>
    private static int Unescape(ReadOnlySpan<byte> text, ref int i)
    {
        i++;
        if (i >= text.Length)
        {
            return '?';
        }

        switch (text[i])
        {
            case (byte)'n' or (byte)'r' or (byte)'t' or (byte)'b' or (byte)'f':
                return ' ';
            case (byte)'u':
                int start = i + 1;
                i += 4;
                return i < text.Length && ushort.TryParse(text.Slice(start, 4), NumberStyles.AllowHexSpecifier, null, out ushort code) && code < 0x80
                    ? code
                    : '?';
            default:
                return text[i];
        }
    }

    private void ReadTop(ref JsonCursor cursor)
    {
        bool isAnswer = false;
        while (cursor.NextProperty())
        {
            JsonString name = cursor.Name;
            if (name.Is("error"u8))
            {
                ReadError(ref cursor);
            }
            else if (name.Is("response"u8) && cursor.TryEnterObject())
            {
                ReadResponse(ref cursor);
            }
            else if (name.Is("message"u8) || name.Is("detail"u8))
            {
                ReadTopMessage(ref cursor);
            }
            else if (name.Is("object"u8) || name.Is("type"u8))
            {
                JsonSlice kind = ReadText(ref cursor);
                IsError |= kind.Of(_body).SequenceEqual("error"u8);
                AddName(kind);
            }
            else if (name.Is("code"u8) || name.Is("status"u8) || name.Is("__type"u8))
            {
                ReadCode(ref cursor);
            }
            else
            {
                isAnswer |= name.Is("choices"u8);
                cursor.SkipValue();
            }
        }

        IsError |= !isAnswer && !_topMessage.IsEmpty;
    }

    private void ReadResponse(ref JsonCursor cursor)
    {
        while (cursor.NextProperty())
        {
            if (cursor.Name.Is("error"u8))
            {
                ReadError(ref cursor);
            }
            else
            {
                cursor.SkipValue();
            }
        }
    }

    private void ReadError(ref JsonCursor cursor)
    {
        if (!cursor.TryEnterObject())
        {
            // A bare message; anything else but null and false still says that there is an error.
            JsonKind kind = cursor.Peek();
            IsError |= kind is not (JsonKind.Null or JsonKind.False or JsonKind.None);
            _message = ReadText(ref cursor);
            return;
        }

        IsError = true;
        while (cursor.NextProperty())
        {
            JsonString name = cursor.Name;
            if (name.Is("message"u8))
            {
                _message = ReadText(ref cursor);
            }
            else if (name.Is("type"u8) || name.Is("code"u8) || name.Is("status"u8))
            {
                ReadCode(ref cursor);
            }
            else if (name.Is("innererror"u8) && cursor.TryEnterObject())
            {
                ReadInnerError(ref cursor);
            }
            else if (name.Is("metadata"u8) && cursor.TryEnterObject())
            {
                ReadMetadata(ref cursor);
            }
            else if (name.Is("details"u8) && cursor.TryEnterArray())
            {
                ReadDetails(ref cursor);
            }
            else
            {
                cursor.SkipValue();
            }
        }
    }

    /// <summary>Azure: <c>{"code":"ResponsibleAIPolicyViolation","content_filter_result":{...}}</c>.</summary>
    private void ReadInnerError(ref JsonCursor cursor)
    {
        while (cursor.NextProperty())
        {
            if (cursor.Name.Is("code"u8))
            {
                AddName(ReadText(ref cursor));
            }
            else
            {
                cursor.SkipValue();
            }
        }
    }

    /// <summary>OpenRouter: the body of the provider behind it in <c>raw</c>, what kind of error it was in <c>error_type</c>.</summary>
    private void ReadMetadata(ref JsonCursor cursor)
    {
        while (cursor.NextProperty())
        {
            if (cursor.Name.Is("raw"u8))
            {
                _raw = ReadText(ref cursor);
            }
            else if (cursor.Name.Is("error_type"u8) || cursor.Name.Is("provider_code"u8))
            {
                AddName(ReadText(ref cursor));
            }
            else
            {
                cursor.SkipValue();
            }
        }
    }

    /// <summary>Google: <c>reason</c> of a google.rpc.ErrorInfo, <c>retryDelay</c> of a google.rpc.RetryInfo.</summary>
    private void ReadDetails(ref JsonCursor cursor)
    {
        while (cursor.NextElement())
        {
            if (!cursor.TryEnterObject())
            {
                cursor.SkipValue();
                continue;
            }

            while (cursor.NextProperty())
            {
                if (cursor.Name.Is("reason"u8))
                {
                    AddName(ReadText(ref cursor));
                }
                else if (cursor.Name.Is("retryDelay"u8))
                {
                    _retryDelay = ReadText(ref cursor);
                }
                else
                {
                    cursor.SkipValue();
                }
            }
        }
    }

    /// <summary>A string, or FastAPI's array of objects with a <c>msg</c>, of which the first counts.</summary>
    private void ReadTopMessage(ref JsonCursor cursor)
    {
        if (!cursor.TryEnterArray())
        {
            _topMessage = ReadText(ref cursor);
            return;
        }

        while (cursor.NextElement())
        {
            if (!cursor.TryEnterObject())
            {
                cursor.SkipValue();
                continue;
            }

            while (cursor.NextProperty())
            {
                if (_topMessage.IsEmpty && cursor.Name.Is("msg"u8))
                {
                    _topMessage = ReadText(ref cursor);
                }
                else
                {
                    cursor.SkipValue();
                }
            }
        }
    }

    private void ReadCode(ref JsonCursor cursor)
    {
        JsonSlice code = ReadText(ref cursor);
        AddName(code);
        if (code.Length == 3 && int.TryParse(code.Of(_body), NumberStyles.None, null, out int status) && status is >= 400 and <= 599)
        {
            Status = status;
        }
    }

    private void AddName(JsonSlice name)
    {
        if (!name.IsEmpty && NameCount < MaxNames)
        {
            _names[NameCount++] = name;
        }
    }

    /// <summary>A string's text or a number as written. Of a string that the end of the body cut short, what is there.</summary>
    private readonly JsonSlice ReadText(ref JsonCursor cursor)
    {
        if (cursor.Peek() != JsonKind.String)
        {
            return OpenAiErrorFacts.ReadText(ref cursor);
        }

        int start = cursor.Position + 1;
        return cursor.TryReadString(out JsonString text)
            ? JsonSlice.Before(cursor, text)
            : new JsonSlice(start, _body.Length - start, NeedsUnescape: true);
    }

    [InlineArray(MaxNames)]
    private struct Names
    {
        private JsonSlice _first;
    }
}
