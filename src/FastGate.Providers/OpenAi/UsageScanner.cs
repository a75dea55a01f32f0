using System.Buffers;

namespace FastGate.Providers.OpenAi;

/// <summary>
/// Finds the token counts in a unary response while its octets pass by: <c>usage.prompt_tokens</c> and <c>usage.completion_tokens</c>, or
/// <c>input_tokens</c> and <c>output_tokens</c>, at the top of the body. Takes the body in any pieces and keeps nothing of it.
/// </summary>
/// <remarks>
/// It follows strings and brackets and does not validate: the response goes to the client as it is, and a count that cannot be found is
/// unknown. Reusable, one body at a time, no concurrency. Initialise with <see cref="Reset"/>.
/// </remarks>
public struct UsageScanner
{
    // "completion_tokens" is the longest name of interest.
    private const int KeyCapacity = 17;

    private static readonly SearchValues<byte> StringEnds = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> Marks = SearchValues.Create("\"{}[],:"u8);
    private static readonly SearchValues<byte> UsageMarks = SearchValues.Create("\"{}[],:0123456789"u8);
    private static readonly SearchValues<byte> DeepMarks = SearchValues.Create("\"{}[]"u8);

    private KeyBuffer _key;
    private int _keyLength;
    private int _depth;
    private bool _inString;
    private bool _escaped;
    private bool _atValue;
    private bool _inUsage;
    private bool _opened;
    private long _number;
    private long _prompt;
    private long _completion;

    /// <summary>What was found so far; counts not found are -1.</summary>
    public readonly TokenUsage Usage => new(_prompt, _completion);

    /// <summary>
    /// Whether what was fed is an object or array with all its brackets and strings closed. What is not has been cut short, or is no JSON; what is may
    /// still be wrong in between.
    /// </summary>
    public readonly bool IsClosed => _opened && _depth == 0 && !_inString;

    /// <summary>Forgets everything, ready for another body.</summary>
    public void Reset()
    {
        this = default;
        _number = -1;
        _prompt = -1;
        _completion = -1;
    }

    /// <summary>Scans a whole body.</summary>
    /// <param name="body">The body.</param>
    public static TokenUsage Scan(in ReadOnlySequence<byte> body)
    {
        var scanner = default(UsageScanner);
        scanner.Reset();
        foreach (ReadOnlyMemory<byte> segment in body)
        {
            scanner.Feed(segment.Span);
        }

        return scanner.Usage;
    }

    /// <summary>Takes the next octets of the body.</summary>
    /// <param name="segment">The octets; may end anywhere.</param>
    public void Feed(ReadOnlySpan<byte> segment)
    {
        int i = 0;
        while (i < segment.Length)
        {
            i = !_inString ? Outside(segment, i)
                : _keyLength > KeyCapacity && !_escaped ? InText(segment, i)
                : InString(segment, i);
        }
    }

    // A string that is no name of interest, most of a body: only its end matters.
    private int InText(ReadOnlySpan<byte> segment, int i)
    {
        while (i < segment.Length)
        {
            int length = segment[i..].IndexOfAny((byte)'"', (byte)'\\');
            if (length < 0)
            {
                return segment.Length;
            }

            i += length + 1;
            if (segment[i - 1] == (byte)'"')
            {
                _inString = false;
                return i;
            }

            // What is escaped is passed over, too; it may be in the next segment.
            _escaped = i == segment.Length;
            i++;
        }

        return segment.Length;
    }

    private int InString(ReadOnlySpan<byte> segment, int i)
    {
        if (_escaped)
        {
            _escaped = false;
            AddToKey(segment.Slice(i, 1));
            return i + 1;
        }

        int length = segment[i..].IndexOfAny(StringEnds);
        AddToKey(length < 0 ? segment[i..] : segment.Slice(i, length));
        if (length < 0)
        {
            return segment.Length;
        }

        if (segment[i + length] == (byte)'\\')
        {
            // No provider escapes these names; the length tells such a key apart from them.
            _escaped = true;
            AddToKey("\\"u8);
        }
        else
        {
            _inString = false;
        }

        return i + length + 1;
    }

    private int Outside(ReadOnlySpan<byte> segment, int i)
    {
        // Digits matter only in the counts themselves; a number ends at the first octet that is none.
        if (_number >= 0 && segment[i] is not (>= (byte)'0' and <= (byte)'9'))
        {
            NumberEnds();
        }

        // Long arrays of numbers (embeddings) lie deep and are passed over at full speed.
        int skip = segment[i..].IndexOfAny(_depth > 2 ? DeepMarks : _inUsage ? UsageMarks : Marks);
        if (skip < 0)
        {
            return segment.Length;
        }

        i += skip;
        byte mark = segment[i];
        switch (mark)
        {
            case (byte)'"':
                _inString = true;
                _keyLength = _atValue || _depth > 2 ? KeyCapacity + 1 : 0;
                break;
            case (byte)'{':
            case (byte)'[':
                _inUsage |= mark == (byte)'{' && _depth == 1 && _atValue && KeyIs("usage"u8);
                _opened = true;
                _depth++;
                _atValue = mark == (byte)'[';
                break;
            case (byte)'}':
            case (byte)']':
                _depth--;
                _inUsage &= _depth > 1;
                _atValue = true;
                break;
            case (byte)',':
                _atValue = false;
                break;
            case (byte)':':
                _atValue = true;
                break;
            default:
                if (_atValue && _number < long.MaxValue / 16)
                {
                    _number = (Math.Max(_number, 0) * 10) + (mark - '0');
                }

                break;
        }

        return i + 1;
    }

    private void NumberEnds()
    {
        if (KeyIs("prompt_tokens"u8) || KeyIs("input_tokens"u8))
        {
            _prompt = _number;
        }
        else if (KeyIs("completion_tokens"u8) || KeyIs("output_tokens"u8))
        {
            _completion = _number;
        }

        _number = -1;
    }

    private void AddToKey(ReadOnlySpan<byte> octets)
    {
        if (_keyLength + octets.Length > KeyCapacity)
        {
            _keyLength = KeyCapacity + 1;
            return;
        }

        Span<byte> key = _key;
        octets.CopyTo(key[_keyLength..]);
        _keyLength += octets.Length;
    }

    private readonly bool KeyIs(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> key = _key;
        return _keyLength == name.Length && key[..name.Length].SequenceEqual(name);
    }

    [System.Runtime.CompilerServices.InlineArray(KeyCapacity)]
    private struct KeyBuffer
    {
        private byte _first;
    }
}
