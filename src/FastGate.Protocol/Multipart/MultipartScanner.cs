using System.Buffers;
using System.Text;
using FastGate.Protocol.Json;

namespace FastGate.Protocol.Multipart;

/// <summary>
/// Finds the fields that routing reads in a <c>multipart/form-data</c> body (RFC 7578, RFC 2046 §5.1): audio to transcribe, images to edit.
/// One pass, no allocation; file contents are searched for the delimiter and not otherwise looked at.
/// </summary>
public static class MultipartScanner
{
    /// <summary>The largest header block of one part, in octets.</summary>
    public const int MaxPartHeaderBytes = 4096;

    /// <summary>How many parts a body may have.</summary>
    public const int MaxParts = 128;

    // CRLF, two hyphens, and 70 characters of boundary (RFC 2046 §5.1.1).
    private const int LongestDelimiter = 74;

    private enum Field : byte
    {
        Other,
        Model,
        Stream,
    }

    /// <summary>Reads the boundary out of a Content-Type value (RFC 2046 §5.1.1: 1 to 70 characters, the last no space).</summary>
    /// <param name="contentType">The value of the Content-Type header.</param>
    /// <param name="boundary">The boundary, pointing into <paramref name="contentType"/>.</param>
    public static MultipartError TryGetBoundary(ReadOnlySpan<byte> contentType, out ReadOnlySpan<byte> boundary)
    {
        boundary = default;
        var parameters = new HeaderParameters(contentType);
        if (!Ascii.EqualsIgnoreCase(parameters.Main, "multipart/form-data"u8))
        {
            return MultipartError.NotMultipart;
        }

        bool found = false;
        while (parameters.Next())
        {
            if (parameters.Is("boundary"u8))
            {
                if (found)
                {
                    return MultipartError.BadBoundary;
                }

                found = true;
                boundary = parameters.Value;
            }
        }

        return !parameters.IsMalformed && found && IsBoundary(boundary) ? MultipartError.None : MultipartError.BadBoundary;
    }

    /// <summary>Scans a whole body.</summary>
    /// <param name="contentType">The value of the Content-Type header.</param>
    /// <param name="body">The body.</param>
    /// <param name="facts">What was found; meaningful only without an error.</param>
    public static MultipartError Scan(ReadOnlySpan<byte> contentType, in ReadOnlySequence<byte> body, out MultipartFacts facts)
    {
        facts = default;
        MultipartError error = TryGetBoundary(contentType, out ReadOnlySpan<byte> boundary);
        if (error != MultipartError.None)
        {
            return error;
        }

        Span<byte> delimiter = stackalloc byte[LongestDelimiter];
        "\r\n--"u8.CopyTo(delimiter);
        boundary.CopyTo(delimiter[4..]);
        delimiter = delimiter[..(boundary.Length + 4)];

        var reader = new SequenceReader<byte>(body);

        // The first delimiter may stand at the very start, without the CRLF that belongs to the others.
        if (!reader.IsNext(delimiter[2..], advancePast: true) && !reader.TryReadTo(out ReadOnlySequence<byte> _, delimiter))
        {
            return MultipartError.Malformed;
        }

        Span<byte> headers = stackalloc byte[MaxPartHeaderBytes];
        while (true)
        {
            error = AfterDelimiter(ref reader, out bool closed);
            if (error != MultipartError.None || closed)
            {
                return error;
            }

            if (++facts.Parts > MaxParts)
            {
                return MultipartError.TooManyParts;
            }

            error = ReadHeaders(ref reader, headers, out Field field, out bool isFile);
            if (error != MultipartError.None)
            {
                return error;
            }

            error = ReadValue(ref reader, delimiter, field, isFile, ref facts);
            if (error != MultipartError.None)
            {
                return error;
            }
        }
    }

    /// <summary>Two hyphens close the body; else padding and CRLF start a part.</summary>
    private static MultipartError AfterDelimiter(ref SequenceReader<byte> reader, out bool closed)
    {
        closed = reader.IsNext("--"u8, advancePast: true);
        if (closed)
        {
            return MultipartError.None;
        }

        reader.AdvancePastAny((byte)' ', (byte)'\t');
        if (reader.IsNext("\r\n"u8, advancePast: true))
        {
            return MultipartError.None;
        }

        return reader.Remaining < 2 ? MultipartError.Unclosed : MultipartError.Malformed;
    }

    private static MultipartError ReadHeaders(scoped ref SequenceReader<byte> reader, scoped Span<byte> scratch, out Field field, out bool isFile)
    {
        field = Field.Other;
        isFile = false;
        bool disposed = false;
        int total = 0;
        while (true)
        {
            ReadOnlySequence<byte> unread = reader.UnreadSequence;
            if (!reader.TryReadTo(out ReadOnlySequence<byte> line, "\r\n"u8))
            {
                return unread.Length > MaxPartHeaderBytes ? MultipartError.HeadersTooLarge : MultipartError.Unclosed;
            }

            if (line.Length == 0)
            {
                return disposed ? MultipartError.None : MultipartError.Malformed;
            }

            if (line.Length > MaxPartHeaderBytes - total)
            {
                return MultipartError.HeadersTooLarge;
            }

            total += (int)line.Length;
            scoped ReadOnlySpan<byte> text = line.FirstSpan;
            if (!line.IsSingleSegment)
            {
                line.CopyTo(scratch);
                text = scratch[..(int)line.Length];
            }

            int colon = text.IndexOf((byte)':');
            if (colon <= 0 || text[colon - 1] is (byte)' ' or (byte)'\t' || text[0] is (byte)' ' or (byte)'\t')
            {
                return MultipartError.Malformed;
            }

            if (Ascii.EqualsIgnoreCase(text[..colon], "content-disposition"u8))
            {
                if (disposed || !ReadDisposition(text[(colon + 1)..], out field, out isFile))
                {
                    return MultipartError.Malformed;
                }

                disposed = true;
            }
        }
    }

    /// <summary>RFC 7578 §4.2: every part says <c>form-data</c> and its name, once.</summary>
    private static bool ReadDisposition(ReadOnlySpan<byte> value, out Field field, out bool isFile)
    {
        field = Field.Other;
        isFile = false;
        bool named = false;
        var parameters = new HeaderParameters(value);
        if (!Ascii.EqualsIgnoreCase(parameters.Main, "form-data"u8))
        {
            return false;
        }

        while (parameters.Next())
        {
            if (parameters.Is("name"u8))
            {
                if (named)
                {
                    return false;
                }

                named = true;
                field = FieldOf(parameters.Value);
            }
            else if (parameters.Is("filename"u8) || parameters.Is("filename*"u8))
            {
                isFile = true;
            }
        }

        return named && !parameters.IsMalformed;
    }

    /// <summary>Also sees through backslashes: <c>m\odel</c> in a quoted string is <c>model</c> to whoever unescapes it.</summary>
    private static Field FieldOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("model"u8) ? Field.Model
        : name.SequenceEqual("stream"u8) ? Field.Stream
        : name.Contains((byte)'\\') ? Unescaped(name)
        : Field.Other;

    private static Field Unescaped(ReadOnlySpan<byte> name)
    {
        Span<byte> plain = stackalloc byte[8];
        int length = 0;
        for (int i = 0; i < name.Length; i++)
        {
            if (name[i] == (byte)'\\' && i + 1 < name.Length)
            {
                i++;
            }

            if (length == plain.Length)
            {
                return Field.Other;
            }

            plain[length++] = name[i];
        }

        return plain[..length].SequenceEqual("model"u8) ? Field.Model : plain[..length].SequenceEqual("stream"u8) ? Field.Stream : Field.Other;
    }

    private static MultipartError ReadValue(
        ref SequenceReader<byte> reader,
        scoped ReadOnlySpan<byte> delimiter,
        Field field,
        bool isFile,
        ref MultipartFacts facts)
    {
        long offset = reader.Consumed;
        if (!reader.TryReadTo(out ReadOnlySequence<byte> value, delimiter))
        {
            return MultipartError.Unclosed;
        }

        if (field == Field.Other)
        {
            return MultipartError.None;
        }

        if (isFile)
        {
            return MultipartError.WrongType;
        }

        return field == Field.Model ? TakeModel(offset, value, ref facts) : TakeStream(offset, value, ref facts);
    }

    private static MultipartError TakeModel(long offset, in ReadOnlySequence<byte> value, ref MultipartFacts facts)
    {
        if (facts.HasModel)
        {
            return MultipartError.DuplicateField;
        }

        if (value.IsEmpty || value.Length > RequestScanner.MaxModelBytes)
        {
            return value.IsEmpty ? MultipartError.EmptyModel : MultipartError.ModelTooLong;
        }

        facts.HasModel = true;
        facts.ModelOffset = offset;
        facts.ModelLength = (int)value.Length;
        return MultipartError.None;
    }

    private static MultipartError TakeStream(long offset, in ReadOnlySequence<byte> value, ref MultipartFacts facts)
    {
        if (facts.HasStream)
        {
            return MultipartError.DuplicateField;
        }

        Span<byte> text = stackalloc byte[5];
        if (value.Length > text.Length)
        {
            return MultipartError.WrongType;
        }

        text = text[..(int)value.Length];
        value.CopyTo(text);

        // SDKs write booleans in their own language's way: true, True, 1.
        facts.Stream = Ascii.EqualsIgnoreCase(text, "true"u8) || text.SequenceEqual("1"u8);
        if (!facts.Stream && !Ascii.EqualsIgnoreCase(text, "false"u8) && !text.SequenceEqual("0"u8) && !text.IsEmpty)
        {
            return MultipartError.WrongType;
        }

        facts.HasStream = true;
        facts.StreamOffset = offset;
        facts.StreamLength = text.Length;
        return MultipartError.None;
    }

    private static bool IsBoundary(ReadOnlySpan<byte> boundary)
    {
        if (boundary.Length is 0 or > 70 || boundary[^1] == (byte)' ')
        {
            return false;
        }

        foreach (byte character in boundary)
        {
            if (!char.IsAsciiLetterOrDigit((char)character) && !"'()+_,-./:=? "u8.Contains(character))
            {
                return false;
            }
        }

        return true;
    }
}
