namespace FastGate.Load.Http;

/// <summary>What a step of <see cref="ChunkedDecoder"/> found.</summary>
internal enum ChunkStep
{
    NeedMore,
    Payload,
    End,
    Malformed,
}

/// <summary>
/// Takes chunked framing (RFC 9112 §7.1) apart as it arrives, in pieces of any size. Strict: a size is one to fifteen
/// hex digits, every line ends in CR LF, and chunk data is followed by CR LF. Extensions and trailers are skipped.
/// </summary>
internal struct ChunkedDecoder
{
    private const int MaxSizeDigits = 15;

    private Part _part;
    private int _digits;
    private long _left;
    private bool _trailerLineHasBytes;

    private enum Part
    {
        Size,
        Extension,
        SizeLineFeed,
        Data,
        DataCarriageReturn,
        DataLineFeed,
        Trailer,
        TrailerLineFeed,
        Over,
    }

    /// <summary>
    /// Reads on from <paramref name="input"/>, which is moved past what was read. Call again while it answers
    /// <see cref="ChunkStep.Payload"/>; after <see cref="ChunkStep.End"/> the rest of the input is not this body's.
    /// </summary>
    public ChunkStep Next(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        while (!input.IsEmpty)
        {
            if (_part == Part.Data)
            {
                int take = (int)Math.Min(_left, input.Length);
                payload = input[..take];
                input = input[take..];
                _left -= take;
                if (_left == 0)
                {
                    _part = Part.DataCarriageReturn;
                }

                return ChunkStep.Payload;
            }

            byte b = input[0];
            input = input[1..];
            if (!Accept(b))
            {
                return ChunkStep.Malformed;
            }

            if (_part == Part.Over)
            {
                return ChunkStep.End;
            }
        }

        return ChunkStep.NeedMore;
    }

    private bool Accept(byte b)
    {
        switch (_part)
        {
            case Part.Size:
                return AcceptInSize(b);
            case Part.Extension:
                if (b == '\r')
                {
                    _part = Part.SizeLineFeed;
                }

                return b != '\n';
            case Part.SizeLineFeed:
                _part = _left == 0 ? Part.Trailer : Part.Data;
                _digits = 0;
                _trailerLineHasBytes = false;
                return b == '\n';
            case Part.DataCarriageReturn:
                _part = Part.DataLineFeed;
                return b == '\r';
            case Part.DataLineFeed:
                _part = Part.Size;
                return b == '\n';
            case Part.Trailer:
                if (b == '\r')
                {
                    _part = Part.TrailerLineFeed;
                    return true;
                }

                _trailerLineHasBytes = true;
                return b != '\n';
            case Part.TrailerLineFeed:
                _part = _trailerLineHasBytes ? Part.Trailer : Part.Over;
                _trailerLineHasBytes = false;
                return b == '\n';
            default:
                return false;
        }
    }

    private bool AcceptInSize(byte b)
    {
        if (char.IsAsciiHexDigit((char)b))
        {
            _left = (_left << 4) + (b <= '9' ? b - '0' : (b | 0x20) - 'a' + 10);
            return ++_digits <= MaxSizeDigits;
        }

        _part = b switch
        {
            (byte)'\r' => Part.SizeLineFeed,
            (byte)';' or (byte)' ' or (byte)'\t' => Part.Extension,
            _ => Part.Over,
        };
        return _digits > 0 && _part != Part.Over;
    }
}
