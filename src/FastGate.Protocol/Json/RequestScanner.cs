using System.Buffers;
using System.Runtime.CompilerServices;

namespace FastGate.Protocol.Json;

/// <summary>How a scan ended.</summary>
public enum ScanStatus : byte
{
    /// <summary>The body is a valid request; the facts hold.</summary>
    Ok,

    /// <summary>The body is refused; <see cref="RequestScanner.Error"/> says why.</summary>
    Failed,
}

/// <summary>
/// One strict pass (RFC 8259) over a request body of the OpenAI shapes, segment by segment as the body lies in memory: it validates the
/// whole text and notes what routing needs, without allocating and without copying more than keys and the model's name.
/// </summary>
/// <remarks>
/// Reusable, one body at a time, no concurrency. Every member that routing reads may be given once only, whichever way its name is
/// escaped. Strings other than <c>model</c> are not checked for UTF-8, nor are lone surrogates in them refused: both pass through.
/// A byte order mark is refused (RFC 8259 §8.1).
/// </remarks>
public sealed partial class RequestScanner
{
    /// <summary>The deepest nesting accepted.</summary>
    public const int MaxDepth = 128;

    /// <summary>The longest model name accepted, in octets of UTF-8 after unescaping.</summary>
    public const int MaxModelBytes = 256;

    private State _state;
    private int _depth;
    private UInt128 _objects;
    private long _base;

    // Inside a string, number or literal.
    private bool _inKey;
    private bool _counted;
    private int _escapeDigits;
    private int _escapeUnit;
    private int _literalPosition;
    private JsonKind _literal;
    private int _mediaProbe;
    private long _stringStart;

    private enum State : byte
    {
        Value,
        FirstElement,
        FirstKey,
        Key,
        Colon,
        AfterValue,
        String,
        StringEscape,
        StringUnicode,
        Minus,
        Zero,
        Integer,
        Point,
        Fraction,
        Exponent,
        ExponentSign,
        ExponentDigits,
        Literal,
        Done,
        Failed,
    }

    /// <summary>Forgets everything, ready for another body.</summary>
    public void Reset()
    {
        _state = State.Value;
        _depth = 0;
        _objects = 0;
        _base = 0;
        _inKey = false;
        Error = default;
        ResetFacts();
    }

    /// <summary>Scans a whole body, after a <see cref="Reset"/>.</summary>
    /// <param name="body">The body.</param>
    public ScanStatus Scan(in ReadOnlySequence<byte> body)
    {
        Reset();
        if (body.IsSingleSegment)
        {
            Feed(body.FirstSpan);
        }
        else
        {
            foreach (ReadOnlyMemory<byte> segment in body)
            {
                if (!Feed(segment.Span))
                {
                    break;
                }
            }
        }

        return Complete() ? ScanStatus.Ok : ScanStatus.Failed;
    }

    /// <summary>Takes the next octets of the body.</summary>
    /// <param name="segment">The octets; may end anywhere.</param>
    /// <returns>False once the body is known to be refused.</returns>
    public bool Feed(ReadOnlySpan<byte> segment)
    {
        int i = 0;
        while (i < segment.Length)
        {
            switch (_state)
            {
                case State.Value:
                case State.FirstElement:
                    i = BeginValue(segment, i);
                    break;
                case State.FirstKey:
                case State.Key:
                    i = BeginKey(segment, i);
                    break;
                case State.Colon:
                    i = SkipWhitespace(segment, i);
                    if (i < segment.Length)
                    {
                        _state = State.Value;
                        i = segment[i] == (byte)':' ? i + 1 : Fail(ScanErrorKind.InvalidJson, i);
                    }

                    break;
                case State.AfterValue:
                    i = AfterValue(segment, i);
                    break;
                case State.String:
                    i = ContinueString(segment, i);
                    break;
                case State.StringEscape:
                    i = Escape(segment, i);
                    break;
                case State.StringUnicode:
                    i = EscapeUnit(segment, i);
                    break;
                case State.Literal:
                    i = ContinueLiteral(segment, i);
                    break;
                case State.Done:
                    i = SkipWhitespace(segment, i);
                    if (i < segment.Length)
                    {
                        i = Fail(ScanErrorKind.InvalidJson, i);
                    }

                    break;
                case State.Failed:
                    return false;
                default:
                    i = ContinueNumber(segment, i);
                    break;
            }
        }

        if (_state == State.Failed)
        {
            return false;
        }

        _base += segment.Length;
        return true;
    }

    /// <summary>Says that the body has ended.</summary>
    /// <returns>Whether it was a valid request.</returns>
    public bool Complete()
    {
        if (_state is not (State.Done or State.Failed))
        {
            Fail(ScanErrorKind.InvalidJson, 0);
        }

        return _state == State.Done;
    }

    /// <summary>Notes the first error. Returns a position past any segment, so that the loop over it ends.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private int Fail(ScanErrorKind kind, int position, RequestField field = RequestField.None) => FailAt(kind, _base + position, field);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private int FailAt(ScanErrorKind kind, long offset, RequestField field)
    {
        Error = new ScanError(kind, offset, field);
        _state = State.Failed;
        return int.MaxValue;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SkipWhitespace(ReadOnlySpan<byte> segment, int i)
    {
        while (i < segment.Length && JsonBytes.IsWhitespace(segment[i]))
        {
            i++;
        }

        return i;
    }

    private int BeginValue(ReadOnlySpan<byte> segment, int i)
    {
        i = SkipWhitespace(segment, i);
        if (i >= segment.Length)
        {
            return i;
        }

        byte first = segment[i];
        if (first == (byte)']' && _state == State.FirstElement)
        {
            return Close(i);
        }

        JsonKind kind = first switch
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
        if (kind == JsonKind.None)
        {
            return Fail(ScanErrorKind.InvalidJson, i);
        }

        if (_depth <= 2 && !ValueBegins(kind, i))
        {
            return int.MaxValue;
        }

        switch (kind)
        {
            case JsonKind.String:
                _inKey = false;
                _counted = _counting;
                _mediaProbe = 0;
                _stringStart = _base + i + 1;
                _state = State.String;
                return ContinueString(segment, i + 1);
            case JsonKind.Object:
                return Open(isObject: true, i);
            case JsonKind.Array:
                return Open(isObject: false, i);
            case JsonKind.Number:
                _state = first == (byte)'-' ? State.Minus : first == (byte)'0' ? State.Zero : State.Integer;
                NumberBegins(first);
                return i + 1;
            default:
                _literal = kind;
                _literalPosition = 1;
                _state = State.Literal;
                return ContinueLiteral(segment, i + 1);
        }
    }

    private int Open(bool isObject, int i)
    {
        if (_depth == MaxDepth)
        {
            return Fail(ScanErrorKind.TooDeep, i);
        }

        _depth++;
        _objects = (_objects << 1) | (isObject ? UInt128.One : UInt128.Zero);
        _state = isObject ? State.FirstKey : State.FirstElement;
        return i + 1;
    }

    private int Close(int i)
    {
        _depth--;
        _objects >>= 1;
        EndValue(_base + i + 1);
        return i + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EndValue(long end)
    {
        _state = _depth == 0 ? State.Done : State.AfterValue;
        if (_depth <= 2)
        {
            ValueEnds(end);
        }
    }

    private int BeginKey(ReadOnlySpan<byte> segment, int i)
    {
        i = SkipWhitespace(segment, i);
        if (i >= segment.Length)
        {
            return i;
        }

        if (segment[i] != (byte)'"')
        {
            return segment[i] == (byte)'}' && _state == State.FirstKey ? Close(i) : Fail(ScanErrorKind.InvalidJson, i);
        }

        _inKey = true;
        _counted = false;
        _stringStart = _base + i + 1;
        i++;

        // The usual key lies in one piece and has no escapes: it is looked up where it is.
        int end = JsonBytes.IndexOfStringStop(segment, i);
        if (end >= 0 && segment[end] == (byte)'"')
        {
            if (_depth <= 2 && !KeyEnds(segment[i..end], valid: true))
            {
                return int.MaxValue;
            }

            // Hardly anybody writes a space there.
            end++;
            bool colon = end < segment.Length && segment[end] == (byte)':';
            _state = colon ? State.Value : State.Colon;
            return colon ? end + 1 : end;
        }

        if (_depth <= 2)
        {
            BeginCapture(_key);
        }

        _state = State.String;
        return ContinueString(segment, i);
    }

    private int AfterValue(ReadOnlySpan<byte> segment, int i)
    {
        i = SkipWhitespace(segment, i);
        if (i >= segment.Length)
        {
            return i;
        }

        bool inObject = ((ulong)_objects & 1) != 0;
        byte next = segment[i];
        if (next == (byte)',')
        {
            if (_depth == 1)
            {
                MemberSeparated(_base + i);
            }

            _state = inObject ? State.Key : State.Value;
            return i + 1;
        }

        return next == (inObject ? (byte)'}' : (byte)']') ? Close(i) : Fail(ScanErrorKind.InvalidJson, i);
    }

    private int ContinueString(ReadOnlySpan<byte> segment, int i)
    {
        if (_counted && (uint)_mediaProbe < (uint)MediaPrefix.Length)
        {
            ProbeMedia(segment, i);
        }

        int stop = i < segment.Length ? JsonBytes.IndexOfStringStop(segment, i) : -1;
        if (_capture is not null)
        {
            Capture(stop < 0 ? segment[Math.Min(i, segment.Length)..] : segment[i..stop]);
        }

        if (stop < 0)
        {
            return segment.Length;
        }

        if (segment[stop] == (byte)'"')
        {
            return EndString(stop);
        }

        if (segment[stop] != (byte)'\\')
        {
            return Fail(ScanErrorKind.InvalidJson, stop);
        }

        _state = State.StringEscape;
        return stop + 1;
    }

    private int EndString(int quote)
    {
        long end = _base + quote;
        if (_inKey)
        {
            if (_capture is not null && !KeyEnds(EndCapture(out bool valid), valid))
            {
                return int.MaxValue;
            }

            _state = State.Colon;
            return quote + 1;
        }

        if (_counted)
        {
            CountString(end - _stringStart);
        }

        if (_capture is not null && !ModelEnds(end + 1))
        {
            return int.MaxValue;
        }

        EndValue(end + 1);
        return quote + 1;
    }

    private int Escape(ReadOnlySpan<byte> segment, int i)
    {
        if (segment[i] == (byte)'u')
        {
            _escapeDigits = 0;
            _escapeUnit = 0;
            _state = State.StringUnicode;
            return EscapeUnit(segment, i + 1);
        }

        int simple = JsonBytes.SimpleEscape(segment[i]);
        if (simple < 0)
        {
            return Fail(ScanErrorKind.InvalidJson, i);
        }

        if (_capture is not null)
        {
            CaptureOctet((byte)simple);
        }

        _state = State.String;
        return ContinueString(segment, i + 1);
    }

    private int EscapeUnit(ReadOnlySpan<byte> segment, int i)
    {
        while (i < segment.Length)
        {
            int digit = JsonBytes.HexValue(segment[i]);
            if (digit < 0)
            {
                return Fail(ScanErrorKind.InvalidJson, i);
            }

            i++;
            _escapeUnit = (_escapeUnit << 4) | digit;
            if (++_escapeDigits == 4)
            {
                if (_capture is not null)
                {
                    CaptureUnit((char)_escapeUnit);
                }

                _state = State.String;
                return ContinueString(segment, i);
            }
        }

        return i;
    }

    private int ContinueLiteral(ReadOnlySpan<byte> segment, int i)
    {
        ReadOnlySpan<byte> text = _literal switch
        {
            JsonKind.True => "true"u8,
            JsonKind.False => "false"u8,
            _ => "null"u8,
        };
        while (_literalPosition < text.Length)
        {
            if (i >= segment.Length)
            {
                return i;
            }

            if (segment[i] != text[_literalPosition])
            {
                return Fail(ScanErrorKind.InvalidJson, i);
            }

            i++;
            _literalPosition++;
        }

        EndValue(_base + i);
        return i;
    }

    /// <summary>RFC 8259 §6. A number ends at the first octet that is no part of it, which is left for the next state.</summary>
    private int ContinueNumber(ReadOnlySpan<byte> segment, int i)
    {
        while (i < segment.Length)
        {
            byte next = segment[i];
            bool digit = JsonBytes.IsDigit(next);
            State state = _state;
            switch (state)
            {
                case State.Minus when digit:
                    _state = next == (byte)'0' ? State.Zero : State.Integer;
                    break;
                case State.Integer or State.Fraction or State.ExponentDigits when digit:
                    break;
                case State.Zero or State.Integer when next == (byte)'.':
                    _state = State.Point;
                    break;
                case State.Point when digit:
                    _state = State.Fraction;
                    break;
                case State.Zero or State.Integer or State.Fraction when next is (byte)'e' or (byte)'E':
                    _state = State.Exponent;
                    break;
                case State.Exponent when next is (byte)'+' or (byte)'-':
                    _state = State.ExponentSign;
                    break;
                case State.Exponent or State.ExponentSign when digit:
                    _state = State.ExponentDigits;
                    break;
                case State.Zero or State.Integer or State.Fraction or State.ExponentDigits:
                    NumberEnds();
                    EndValue(_base + i);
                    return i;
                default:
                    return Fail(ScanErrorKind.InvalidJson, i);
            }

            if (_depth == 1)
            {
                NumberContinues(next, digit);
            }

            i++;
        }

        return i;
    }
}
