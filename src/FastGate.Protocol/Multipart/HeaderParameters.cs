namespace FastGate.Protocol.Multipart;

/// <summary>
/// Walks the <c>; name=value</c> parameters of a header value, value a token or a quoted string (RFC 9110 §5.6.6). Quoted strings keep their
/// backslashes: a name of interest never holds one.
/// </summary>
internal ref struct HeaderParameters
{
    private ReadOnlySpan<byte> _rest;

    /// <summary>Starts behind the header's first token.</summary>
    public HeaderParameters(ReadOnlySpan<byte> header)
    {
        int end = header.IndexOf((byte)';');
        Main = Trim(end < 0 ? header : header[..end]);
        _rest = end < 0 ? default : header[end..];
    }

    /// <summary>The header's value before its first parameter.</summary>
    public ReadOnlySpan<byte> Main { get; }

    /// <summary>The parameter's name.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The parameter's value, without quotes.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Whether the syntax was broken.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Whether the name is the one given, compared as RFC 9110 §5.6.6 does: without case.</summary>
    public readonly bool Is(ReadOnlySpan<byte> name) => System.Text.Ascii.EqualsIgnoreCase(Name, name);

    /// <summary>Moves to the next parameter.</summary>
    public bool Next()
    {
        while (true)
        {
            _rest = Trim(_rest);
            if (_rest.IsEmpty)
            {
                return false;
            }

            if (_rest[0] != (byte)';')
            {
                return Malformed();
            }

            // An empty parameter, as in "a;; b=c" or a ";" at the end, is allowed.
            _rest = Trim(_rest[1..]);
            if (!_rest.IsEmpty && _rest[0] != (byte)';')
            {
                break;
            }
        }

        int equals = _rest.IndexOfAny((byte)'=', (byte)';', (byte)'"');
        if (equals <= 0 || _rest[equals] != (byte)'=')
        {
            return Malformed();
        }

        Name = _rest[..equals];
        _rest = _rest[(equals + 1)..];
        return _rest.StartsWith("\""u8) ? TakeQuoted() : TakeToken();
    }

    private bool TakeToken()
    {
        int end = _rest.IndexOf((byte)';');
        Value = Trim(end < 0 ? _rest : _rest[..end]);
        _rest = end < 0 ? default : _rest[end..];
        return !Value.IsEmpty && Value.IndexOfAny(" \t\""u8) < 0 || Malformed();
    }

    private bool TakeQuoted()
    {
        int i = 1;
        while (i < _rest.Length && _rest[i] != (byte)'"')
        {
            i += _rest[i] == (byte)'\\' ? 2 : 1;
        }

        if (i >= _rest.Length)
        {
            return Malformed();
        }

        Value = _rest[1..i];
        _rest = _rest[(i + 1)..];
        return true;
    }

    private bool Malformed()
    {
        IsMalformed = true;
        _rest = default;
        return false;
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t"u8);
}
