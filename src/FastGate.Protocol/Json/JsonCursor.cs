using System.Buffers.Text;
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
    private bool _first;
    private bool _faulted;

    /// <summary>Stands before the text's one value.</summary>
    /// <param name="json">The text, UTF-8, no byte order mark.</param>
    public JsonCursor(ReadOnlySpan<byte> json)
    {
        _json = json;
    }

    /// <summary>The name <see cref="NextProperty"/> found.</summary>
    public JsonString Name { get; private set; }

    /// <summary>Where the cursor stands, in octets from the start of the text.</summary>
    public readonly int Position => _position;

    /// <summary>Whether a fault was met.</summary>
    public readonly bool IsFaulted => _faulted;

    /// <summary>What the next value is, by its first octet; <see cref="JsonKind.None"/> when no value can start there.</summary>
    public JsonKind Peek()
    {
        SkipWhitespace();
        if (_faulted || _position >= _json.Length)
        {
            return JsonKind.None;
        }

        return _json[_position] switch
        {
            (byte)'"' => JsonKind.String,
            (byte)'{' => JsonKind.Object,
            (byte)'[' => JsonKind.Array,
            (byte)'t' => JsonKind.True,
            (byte)'f' => JsonKind.False,
            (byte)'n' => JsonKind.Null,
            (byte)'-' or (>= (byte)'0' and <= (byte)'9') => JsonKind.Number,
            _ => JsonKind.None,
        };
    }

    /// <summary>Enters the next value if it is an object; else consumes nothing.</summary>
    public bool TryEnterObject() => TryEnter((byte)'{');

    /// <summary>Enters the next value if it is an array; else consumes nothing.</summary>
    public bool TryEnterArray() => TryEnter((byte)'[');

    /// <summary>Moves to the next property of the object entered last and reads its name.</summary>
    /// <returns>False at the object's end, which is then consumed, or on a fault.</returns>
    public bool NextProperty()
    {
        if (!NextMember((byte)'}'))
        {
            return false;
        }

        if (_position >= _json.Length || _json[_position] != (byte)'"' || !ReadStringAt(out JsonString name))
        {
            return Fault();
        }

        SkipWhitespace();
        if (_position >= _json.Length || _json[_position] != (byte)':')
        {
            return Fault();
        }

        _position++;
        Name = name;
        return true;
    }

    /// <summary>Moves to the next element of the array entered last.</summary>
    /// <returns>False at the array's end, which is then consumed, or on a fault.</returns>
    public bool NextElement() => NextMember((byte)']');

    /// <summary>Reads the next value if it is a string; else consumes nothing.</summary>
    /// <param name="value">The string.</param>
    public bool TryReadString(out JsonString value)
    {
        if (Peek() == JsonKind.String)
        {
            return ReadStringAt(out value) || Fault();
        }

        value = default;
        return false;
    }

    /// <summary>Reads the next value if it is a number; else consumes nothing.</summary>
    /// <param name="text">The number as written.</param>
    public bool TryReadNumber(out ReadOnlySpan<byte> text)
    {
        if (Peek() == JsonKind.Number)
        {
            int start = _position;
            if (ScanNumber())
            {
                text = _json[start.._position];
                return true;
            }

            Fault();
        }

        text = default;
        return false;
    }

    /// <summary>Reads a number written as a plain integer; any other value is skipped.</summary>
    /// <param name="value">The integer.</param>
    /// <returns>False when the value was something else, or does not fit.</returns>
    public bool TryReadInt64(out long value)
    {
        if (TryReadNumber(out ReadOnlySpan<byte> text))
        {
            return Utf8Parser.TryParse(text, out value, out int used) && used == text.Length;
        }

        value = 0;
        SkipValue();
        return false;
    }

    /// <summary>Skips the next value, whatever it is, and checks it.</summary>
    /// <returns>False on a fault.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool SkipValue()
    {
        switch (Peek())
        {
            case JsonKind.String:
                return SkipString() || Fault();
            case JsonKind.Number:
                return ScanNumber() || Fault();
            case JsonKind.True:
                return SkipLiteral("true"u8);
            case JsonKind.False:
                return SkipLiteral("false"u8);
            case JsonKind.Null:
                return SkipLiteral("null"u8);
            case JsonKind.Object:
            case JsonKind.Array:
                return SkipContainer();
            default:
                return Fault();
        }
    }

    /// <summary>To be called after the text's one value: whether all was well and nothing but white space follows.</summary>
    public bool Finish()
    {
        SkipWhitespace();
        return !_faulted && _depth == 0 && _position == _json.Length && _json.ContainsAnyExcept(" \t\n\r"u8);
    }

    private bool TryEnter(byte open)
    {
        SkipWhitespace();
        if (_faulted || _position >= _json.Length || _json[_position] != open)
        {
            return false;
        }

        if (_depth == MaxDepth)
        {
            return Fault();
        }

        _depth++;
        _position++;
        _first = true;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool NextMember(byte close)
    {
        SkipWhitespace();
        if (_faulted || _position >= _json.Length)
        {
            return Fault();
        }

        byte next = _json[_position];
        bool first = _first;
        _first = false;
        if (next == close)
        {
            _depth--;
            _position++;
            return false;
        }

        if (first)
        {
            return true;
        }

        if (next != (byte)',')
        {
            return Fault();
        }

        _position++;
        SkipWhitespace();
        return true;
    }

    private bool SkipContainer()
    {
        // One bit per level: set for an object. Levels are counted from the value skipped.
        UInt128 objects = 0;
        int depth = 0;
        do
        {
            byte next = _json[_position];
            if (next is (byte)'{' or (byte)'[')
            {
                if (_depth + depth == MaxDepth)
                {
                    return Fault();
                }

                depth++;
                objects = (objects << 1) | (next == (byte)'{' ? UInt128.One : UInt128.Zero);
                _first = true;
                _position++;
            }
            else if (!SkipValue())
            {
                return false;
            }

            // To the next value, closing what ends here.
            while (depth != 0)
            {
                bool inObject = (objects & 1) != 0;
                if (inObject ? NextPropertyIn() : NextMember((byte)']'))
                {
                    break;
                }

                if (_faulted)
                {
                    return false;
                }

                // NextMember counted the level closed, but the levels here are counted apart.
                _depth++;
                depth--;
                objects >>= 1;
            }

            if (depth != 0 && Peek() == JsonKind.None)
            {
                return Fault();
            }
        }
        while (depth != 0);

        return true;
    }

    private bool NextPropertyIn()
    {
        if (!NextMember((byte)'}'))
        {
            return false;
        }

        if (_position >= _json.Length || _json[_position] != (byte)'"' || !SkipString())
        {
            return Fault();
        }

        SkipWhitespace();
        if (_position >= _json.Length || _json[_position] != (byte)':')
        {
            return Fault();
        }

        _position++;
        return true;
    }

    private bool SkipString() => ReadStringAt(out _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool ReadStringAt(out JsonString value)
    {
        int start = _position + 1;
        int end = JsonBytes.IndexOfStringStop(_json, start);
        if (end >= 0 && _json[end] == (byte)'"')
        {
            _position = end + 1;
            value = new JsonString(_json[start..end], needsUnescape: false);
            return true;
        }

        return ReadEscapedString(start, end, out value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool ReadEscapedString(int start, int stop, out JsonString value)
    {
        while (stop >= 0 && _json[stop] == (byte)'\\')
        {
            int next = stop + 1;
            if (next >= _json.Length)
            {
                break;
            }

            if (_json[next] == (byte)'u')
            {
                if (_json.Length - next < 5 || !AreHex(_json.Slice(next + 1, 4)))
                {
                    break;
                }

                next += 5;
            }
            else if (JsonBytes.SimpleEscape(_json[next]) >= 0)
            {
                next++;
            }
            else
            {
                break;
            }

            stop = next <= _json.Length ? JsonBytes.IndexOfStringStop(_json, next) : -1;
            if (stop >= 0 && _json[stop] == (byte)'"')
            {
                _position = stop + 1;
                value = new JsonString(_json[start..stop], needsUnescape: true);
                return true;
            }
        }

        value = default;
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
    private bool ScanNumber()
    {
        ReadOnlySpan<byte> json = _json;
        int i = _position;
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
        while (i < json.Length && JsonBytes.IsDigit(json[i]))
        {
            i++;
        }

        return i != start;
    }

    private bool SkipLiteral(ReadOnlySpan<byte> literal)
    {
        if (!_json[_position..].StartsWith(literal))
        {
            return Fault();
        }

        _position += literal.Length;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SkipWhitespace()
    {
        while (_position < _json.Length && JsonBytes.IsWhitespace(_json[_position]))
        {
            _position++;
        }
    }

    private bool Fault()
    {
        _faulted = true;
        return false;
    }
}
