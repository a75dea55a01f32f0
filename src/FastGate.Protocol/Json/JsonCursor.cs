using System.Buffers.Text;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace FastGate.Protocol.Json;

/// <summary>
/// Walks one JSON text that lies in one span, strictly (RFC 8259) and without allocating. The caller's code mirrors the shape it expects:
/// <code>
/// var cursor = new JsonCursor(json);
/// if (cursor.TryEnterObject())
/// {
///     while (cursor.NextProperty())
///     {
///         if (cursor.Name.Is("usage"u8)) { ... } else { cursor.SkipValue(); }
///     }
/// }
/// bool valid = cursor.Finish();
/// </code>
/// After <see cref="NextProperty"/> or <see cref="NextElement"/> has returned true, exactly one value must be consumed: entered and walked
/// to its end, read, or skipped. The first fault in the text makes every later call return false; <see cref="Finish"/> tells.
/// </summary>
public ref struct JsonCursor
{
    /// <summary>The deepest nesting accepted: 128.</summary>
    public const int MaxDepth = 128;

    private readonly ReadOnlySpan<byte> _json;
    private int _position;
    private int _depth;
    private int _nameStart;
    private int _nameLength;
    private bool _nameEscaped;
    private bool _first;
    private bool _faulted;

    /// <summary>Stands before the text's one value.</summary>
    /// <param name="json">The text, UTF-8, no byte order mark.</param>
    public JsonCursor(ReadOnlySpan<byte> json)
    {
        _json = json;
    }

    /// <summary>The name <see cref="NextProperty"/> found last.</summary>
    public readonly JsonString Name => new(_json.Slice(_nameStart, _nameLength), _nameEscaped);

    /// <summary>Where the cursor stands, in octets from the start of the text; at its end after a fault.</summary>
    public readonly int Position => _position;

    /// <summary>Whether a fault was met.</summary>
    public readonly bool IsFaulted => _faulted;

    /// <summary>What the next value is, by its first octet; <see cref="JsonKind.None"/> when no value can start there.</summary>
    public JsonKind Peek() => Next() switch
    {
        '"' => JsonKind.String,
        '{' => JsonKind.Object,
        '[' => JsonKind.Array,
        't' => JsonKind.True,
        'f' => JsonKind.False,
        'n' => JsonKind.Null,
        '-' or (>= '0' and <= '9') => JsonKind.Number,
        _ => JsonKind.None,
    };

    /// <summary>Enters the next value if it is an object; else consumes nothing.</summary>
    public bool TryEnterObject() => Next() == '{' && Enter();

    /// <summary>Enters the next value if it is an array; else consumes nothing.</summary>
    public bool TryEnterArray() => Next() == '[' && Enter();

    /// <summary>Moves to the next property of the object entered last and reads its name.</summary>
    /// <returns>False at the object's end, which is then consumed, or on a fault.</returns>
    public bool NextProperty()
    {
        // Nearly always there is no white space, and a name of up to 15 octets without escapes: one compare finds its end.
        ReadOnlySpan<byte> json = _json;
        int quote = _first ? _position : _position + 1;
        int start = quote + 1;
        if (JsonBytes.HasWindow(json, start) && json[quote] == '"' && (_first || json[_position] == ','))
        {
            int colon = start + BitOperations.TrailingZeroCount(JsonBytes.StringStopsAt(json, start) | 0x8000) + 1;
            if ((uint)colon < (uint)json.Length && json[colon] == ':' && json[colon - 1] == '"')
            {
                _first = false;
                _nameStart = start;
                _nameLength = colon - 1 - start;
                _nameEscaped = false;
                _position = colon + 1;
                return true;
            }
        }

        if ((uint)_position < (uint)json.Length && json[_position] == '}')
        {
            _first = false;
            return LeaveOrFault('}', '}');
        }

        return SearchProperty();
    }

    // The same for all that is unusual, and for what is at fault.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool SearchProperty()
    {
        int next = Next();
        if (!_first)
        {
            if (next != ',')
            {
                return LeaveOrFault(next, '}');
            }

            _position++;
            next = Next();
            if (next != '"')
            {
                return Fault();
            }
        }
        else
        {
            _first = false;
            if (next != '"')
            {
                return LeaveOrFault(next, '}');
            }
        }

        _nameStart = _position + 1;
        if (!ReadString(out _nameLength, out _nameEscaped) || Next() != ':')
        {
            return Fault();
        }

        _position++;
        return true;
    }

    /// <summary>Moves to the next element of the array entered last.</summary>
    /// <returns>False at the array's end, which is then consumed, or on a fault.</returns>
    public bool NextElement()
    {
        int next = Next();
        if (_first)
        {
            _first = false;
            return (next is not (']' or -1)) || LeaveOrFault(next, ']');
        }

        if (next != ',')
        {
            return LeaveOrFault(next, ']');
        }

        // Whether a value follows shows when it is consumed.
        _position++;
        return true;
    }

    /// <summary>Reads the next value if it is a string; else consumes nothing.</summary>
    /// <param name="value">The string.</param>
    public bool TryReadString(out JsonString value)
    {
        if (Next() != '"')
        {
            value = default;
            return false;
        }

        int start = _position + 1;
        if (!ReadString(out int length, out bool escaped))
        {
            value = default;
            return Fault();
        }

        value = new JsonString(_json.Slice(start, length), escaped);
        return true;
    }

    /// <summary>Reads the next value if it is a number; else consumes nothing.</summary>
    /// <param name="text">The number as written.</param>
    public bool TryReadNumber(out ReadOnlySpan<byte> text)
    {
        text = default;
        if (Next() is not ('-' or (>= '0' and <= '9')))
        {
            return false;
        }

        int start = _position;
        if (!SkipNumber())
        {
            return Fault();
        }

        text = _json[start.._position];
        return true;
    }

    /// <summary>Reads a number written as a plain integer; any other value is skipped.</summary>
    /// <param name="value">The integer.</param>
    /// <returns>False when the value was something else, or does not fit.</returns>
    public bool TryReadInt64(out long value)
    {
        if (TryReadNumber(out ReadOnlySpan<byte> text))
        {
            return Digits.TryRead(text, out value) || (Utf8Parser.TryParse(text, out value, out int used) && used == text.Length);
        }

        value = 0;
        SkipValue();
        return false;
    }

    /// <summary>Skips the next value, whatever it is, and checks it.</summary>
    /// <returns>False on a fault.</returns>
    public bool SkipValue()
    {
        int next = Next();
        return next is '{' or '[' ? SkipContainer() : SkipScalar(next);
    }

    /// <summary>To be called after the text's one value: whether all was well and nothing but white space follows.</summary>
    public bool Finish() => Next() < 0 && !_faulted && _depth == 0 && !IsBlank();

    /// <summary>Passes over white space and looks at the octet after it; -1 at the end of the text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Next()
    {
        ReadOnlySpan<byte> json = _json;
        int i = _position;
        return (uint)i < (uint)json.Length && json[i] > 0x20 ? json[i] : NextBeyondWhitespace();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int NextBeyondWhitespace()
    {
        int i = _position;
        while (i < _json.Length && JsonBytes.IsWhitespace(_json[i]))
        {
            i++;
        }

        _position = i;
        return i < _json.Length ? _json[i] : -1;
    }

    private bool Enter()
    {
        if (_depth == MaxDepth)
        {
            return Fault();
        }

        _depth++;
        _position++;
        _first = true;
        return true;
    }

    private bool LeaveOrFault(int next, char close)
    {
        if (next != close || _depth == 0)
        {
            return Fault();
        }

        _depth--;
        _position++;
        return false;
    }

    private bool SkipContainer()
    {
        // One bit per level entered here, the deepest lowest: set for an object.
        UInt128 objects = 0;
        int floor = _depth;
        while (true)
        {
            int next = Next();
            if (next is '{' or '[')
            {
                if (!Enter())
                {
                    return false;
                }

                objects = (objects << 1) | (next == '{' ? UInt128.One : UInt128.Zero);
            }
            else if (!SkipScalar(next))
            {
                return false;
            }

            // To the next value, leaving what ends on the way.
            while (!(((ulong)objects & 1) != 0 ? NextProperty() : NextElement()))
            {
                if (_faulted || _depth == floor)
                {
                    return !_faulted;
                }

                objects >>= 1;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool SkipScalar(int first)
    {
        switch (first)
        {
            case '"':
                return ReadString(out _, out _) || Fault();
            case 'n':
                return SkipLiteral("null"u8);
            case 't':
                return SkipLiteral("true"u8);
            case 'f':
                return SkipLiteral("false"u8);
            case '-' or (>= '0' and <= '9'):
                return SkipNumber() || Fault();
            default:
                return Fault();
        }
    }

    /// <summary>Reads the string whose opening quote the cursor is at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool ReadString(out int length, out bool escaped)
    {
        ReadOnlySpan<byte> json = _json;
        int start = _position + 1;
        int end = JsonBytes.IndexOfStringStop(json, start);
        if (end >= 0 && json[end] == (byte)'"')
        {
            _position = end + 1;
            length = end - start;
            escaped = false;
            return true;
        }

        escaped = true;
        return ReadEscapedString(start, end, out length);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool ReadEscapedString(int start, int stop, out int length)
    {
        while (stop >= 0 && _json[stop] == (byte)'\\')
        {
            int next = stop + 1;
            if (next < _json.Length && JsonBytes.SimpleEscape(_json[next]) >= 0)
            {
                next++;
            }
            else if (_json.Length - next >= 5 && _json[next] == (byte)'u' && AreHex(_json.Slice(next + 1, 4)))
            {
                next += 5;
            }
            else
            {
                break;
            }

            stop = JsonBytes.IndexOfStringStop(_json, next);
            if (stop >= 0 && _json[stop] == (byte)'"')
            {
                _position = stop + 1;
                length = stop - start;
                return true;
            }
        }

        length = 0;
        return false;
    }

    private static bool AreHex(ReadOnlySpan<byte> digits)
    {
        foreach (byte digit in digits)
        {
            if (JsonBytes.HexValue(digit) < 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>RFC 8259 §6.</summary>
    private bool SkipNumber()
    {
        ReadOnlySpan<byte> json = _json;
        int i = _position;
        if (JsonBytes.HasWindow(json, i))
        {
            // Indexes, counts and times: up to 15 digits and nothing else, and no zero before another digit.
            int end = i + JsonBytes.DigitsAt(json, i);
            if ((uint)end < (uint)json.Length && json[end] is (byte)',' or (byte)'}' or (byte)']' && (json[i] is >= (byte)'1' and <= (byte)'9' || end == i + 1))
            {
                _position = end;
                return true;
            }
        }

        if (json[i] == (byte)'-')
        {
            i++;
        }

        if (i < json.Length && json[i] == (byte)'0')
        {
            i++;
        }
        else if (!SkipDigits(json, ref i))
        {
            return false;
        }

        if (i < json.Length && json[i] == (byte)'.')
        {
            i++;
            if (!SkipDigits(json, ref i))
            {
                return false;
            }
        }

        if (i < json.Length && json[i] is (byte)'e' or (byte)'E')
        {
            i++;
            if (i < json.Length && json[i] is (byte)'+' or (byte)'-')
            {
                i++;
            }

            if (!SkipDigits(json, ref i))
            {
                return false;
            }
        }

        _position = i;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool SkipDigits(ReadOnlySpan<byte> json, ref int i)
    {
        int start = i;
        while ((uint)i < (uint)json.Length && JsonBytes.IsDigit(json[i]))
        {
            i++;
        }

        return i != start;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool SkipLiteral(ReadOnlySpan<byte> literal)
    {
        if (!_json[_position..].StartsWith(literal))
        {
            return Fault();
        }

        _position += literal.Length;
        return true;
    }

    private readonly bool IsBlank() => _json.IsEmpty || (_json[0] <= 0x20 && !_json.ContainsAnyExcept(" \t\n\r"u8));

    /// <summary>At the end of the text nothing more can be found, so no other method needs to ask whether there was a fault.</summary>
    private bool Fault()
    {
        _faulted = true;
        _position = _json.Length;
        return false;
    }
}
