using System.Buffers;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using FastGate.Protocol.Pooling;

namespace FastGate.Protocol.Http;

/// <summary>
/// The head of an HTTP/1.x message (RFC 9112 §2.1): slices into the octets as they were received. One object serves a connection
/// for all its messages; in steady state it allocates nothing.
/// </summary>
/// <remarks>
/// A head goes round: a parser fills it, over as many calls as the octets take to arrive; it is read; <see cref="Reset"/>.
/// After a refusal only <see cref="Error"/> means something. Between two calls for one head the input
/// must keep its start (nothing of it consumed). Not safe for concurrent use.
/// </remarks>
public abstract class MessageHead
{
    private const int FirstCapacity = 16;

    private static readonly StackPool<HeaderField[]> Arrays = new(mostLocal: 16, mostShared: 16 * 1024);

    [ThreadStatic]
    private static LocalStack<HeaderField[]>? _localArrays;

    private HeaderField[] _headers = [];
    private ReadOnlyMemory<byte> _memory;
    private byte[]? _copy;
    private ulong _present;

    // How far the end of the head has been looked for, so that octets that trickle in are looked at once each.
    private int _scanned;
    private int _lineStart;
    private bool _endsInCr;

    private protected MessageHead()
    {
    }

    /// <summary>
    /// The whole head, in one piece. It is the memory the head was parsed from, so it is valid until the caller releases that
    /// memory (advances the pipe past the head) or calls <see cref="Reset"/>, whichever comes first. Only a head that was spread
    /// over several segments is copied. Empty until a parse completes.
    /// </summary>
    public ReadOnlySpan<byte> Bytes => _memory.Span;

    /// <summary>Octets the head takes up in the input, from its start through the final empty line; 0 until a parse completes.</summary>
    public int Length => _memory.Length;

    /// <summary>Number of header fields.</summary>
    public int HeaderCount { get; private set; }

    /// <summary>How the end of the body is found.</summary>
    public BodyFraming Framing { get; internal set; }

    /// <summary>The <c>Content-Length</c> in octets, or -1 if there is none. Also set where no body follows (a response to HEAD).</summary>
    public long ContentLength { get; internal set; } = -1;

    /// <summary>True if the connection may carry another message after this one (RFC 9112 §9.3).</summary>
    public bool KeepAlive { get; internal set; }

    /// <summary>The minor version: 0 for HTTP/1.0, 1 for HTTP/1.1.</summary>
    public int Minor { get; internal set; }

    /// <summary>Why the head was refused.</summary>
    public HeadError Error { get; private set; }

    /// <summary>The octets of a slice of this head.</summary>
    /// <param name="slice">A slice taken from this head since its last <see cref="Reset"/>.</param>
    public ReadOnlySpan<byte> this[ByteSlice slice] => Bytes.Slice(slice.Offset, slice.Length);

    internal Span<HeaderField> Fields => _headers.AsSpan(0, HeaderCount);

    /// <summary>
    /// One header field, in the order received. Its line begins at the name's offset and ends where the next field's begins
    /// (the last one's: two octets before the head's end), so runs of lines can be copied unchanged.
    /// </summary>
    /// <param name="index">0 to <see cref="HeaderCount"/> - 1.</param>
    public ref readonly HeaderField Header(int index) => ref _headers.AsSpan(0, HeaderCount)[index];

    /// <summary>The name of a header field, in the letter case received.</summary>
    /// <param name="index">0 to <see cref="HeaderCount"/> - 1.</param>
    public ReadOnlySpan<byte> NameOf(int index) => this[Header(index).Name];

    /// <summary>The value of a header field without the white space around it.</summary>
    /// <param name="index">0 to <see cref="HeaderCount"/> - 1.</param>
    public ReadOnlySpan<byte> ValueOf(int index) => this[Header(index).Value];

    /// <summary>True if there is a field of that kind.</summary>
    /// <param name="header">The field to look for.</param>
    public bool Has(KnownHeader header) => (_present & (1UL << (int)header)) != 0;

    /// <summary>Finds the first field of a kind. The absence of one is found without looking at the fields.</summary>
    /// <param name="header">The field to look for.</param>
    /// <param name="value">Its value, perhaps empty.</param>
    /// <returns>True if there is one.</returns>
    public bool TryGet(KnownHeader header, out ReadOnlySpan<byte> value)
    {
        if (!Has(header))
        {
            value = default;
            return false;
        }

        foreach (ref readonly HeaderField field in Fields)
        {
            if (field.Id == header)
            {
                value = this[field.Value];
                return true;
            }
        }

        throw new UnreachableException();
    }

    /// <summary>Forgets the message and gives back the copy of its octets, if one was made. Slices and spans taken before are void.</summary>
    public void Reset()
    {
        _memory = default;
        ReturnCopy();
        HeaderCount = 0;
        _present = 0;
        _scanned = 0;
        _lineStart = 0;
        _endsInCr = false;
        Framing = BodyFraming.None;
        ContentLength = -1;
        KeepAlive = false;
        Minor = 0;
        Error = HeadError.None;
        ResetStartLine();
    }

    /// <summary>
    /// Forgets the fields, whose memory others can use; everything else holds. For a head whose message lasts for much longer than its fields
    /// are needed.
    /// </summary>
    public void LetGoOfFields()
    {
        if (_headers.Length == FirstCapacity)
        {
            Arrays.Return(ref _localArrays, _headers);
        }

        _headers = [];
        HeaderCount = 0;
        _present = 0;
    }

    /// <summary>The same octets lie elsewhere from now on, in memory that is valid until <see cref="Reset"/>; slices hold, spans taken before do not.</summary>
    /// <param name="memory">A copy of <see cref="Bytes"/>.</param>
    public void MoveTo(ReadOnlyMemory<byte> memory)
    {
        _memory = memory;
        ReturnCopy();
    }

    private protected abstract void ResetStartLine();

    /// <summary>
    /// Looks for the end of the head. Complete: <see cref="Bytes"/> is set. Invalid: a line ends in a bare LF, or the head is too large.
    /// </summary>
    /// <param name="buffer">The input, from the start of the head.</param>
    /// <param name="maxBytes">Most octets the head may have.</param>
    /// <param name="skipEmptyLine">True to let one empty line go before the head (RFC 9112 §2.2).</param>
    internal ParseStatus Locate(in ReadOnlySequence<byte> buffer, int maxBytes, bool skipEmptyLine)
    {
        if (Length != 0 || Error != HeadError.None)
        {
            ThrowNotReset();
        }

        // Nearly every head arrives whole: one vectored search. Bare line feeds, if any, come to light when its lines are read. A head
        // that begins with an empty line may end right there, which only the scan tells.
        ReadOnlyMemory<byte> piece = buffer.First;
        ReadOnlySpan<byte> first = piece.Span;
        if (_scanned == 0 && !first.IsEmpty && first[0] != '\r')
        {
            int end = HeadSearch.IndexOfEnd(first[..Math.Min(first.Length, maxBytes)]);
            if (end >= 0)
            {
                _memory = piece[..(end + 4)];
                return ParseStatus.Complete;
            }
        }

        return Scan(buffer, maxBytes, skipEmptyLine);
    }

    /// <summary>Records a field. The caller has checked the limit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(ByteSlice name, ByteSlice value, KnownHeader id)
    {
        int count = HeaderCount;
        HeaderField[] headers = _headers;
        if ((uint)count >= (uint)headers.Length)
        {
            headers = Grow();
        }

        headers[count] = new HeaderField(name, value, id, FieldRules.IsHopByHop(id));
        HeaderCount = count + 1;
        _present |= 1UL << (int)id;
    }

    /// <summary>Refuses the head.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal ParseStatus Refuse(HeadError error)
    {
        // A bare LF counts before any other fault, wherever it is: octets that trickle in show it first, and the verdict must not
        // depend on how the head was split.
        ReadOnlySpan<byte> rest = Bytes;
        for (int feed; (feed = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(feed + 1)..])
        {
            if (feed == 0 || rest[feed - 1] != '\r')
            {
                error = HeadError.BareLineFeed;
                break;
            }
        }

        Error = error;
        return ParseStatus.Invalid;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ParseStatus Scan(in ReadOnlySequence<byte> buffer, int maxBytes, bool skipEmptyLine)
    {
        long available = Math.Min(buffer.Length, maxBytes);
        foreach (ReadOnlyMemory<byte> segment in buffer.Slice(_scanned, available - _scanned))
        {
            ReadOnlySpan<byte> span = segment.Span;
            int start = 0;
            for (int feed; (feed = span[start..].IndexOf((byte)'\n')) >= 0; start += feed + 1)
            {
                bool afterCr = start + feed > 0 ? span[start + feed - 1] == '\r' : _endsInCr;
                if (!afterCr)
                {
                    Error = HeadError.BareLineFeed;
                    return ParseStatus.Invalid;
                }

                int nextLine = _scanned + start + feed + 1;
                bool empty = nextLine == _lineStart + 2;
                if (empty && !(skipEmptyLine && _lineStart == 0))
                {
                    Take(buffer, nextLine);
                    return ParseStatus.Complete;
                }

                _lineStart = nextLine;
            }

            if (!span.IsEmpty)
            {
                _endsInCr = span[^1] == '\r';
                _scanned += span.Length;
            }
        }

        if (available < maxBytes)
        {
            return ParseStatus.Incomplete;
        }

        Error = HeadError.HeadTooLarge;
        return ParseStatus.Invalid;
    }

    private void Take(in ReadOnlySequence<byte> buffer, int length)
    {
        if (length <= buffer.First.Length)
        {
            _memory = buffer.First[..length];
            return;
        }

        _copy = ArrayPool<byte>.Shared.Rent(length);
        buffer.Slice(0, length).CopyTo(_copy);
        _memory = _copy.AsMemory(0, length);
    }

    private void ReturnCopy()
    {
        if (_copy is not null)
        {
            ArrayPool<byte>.Shared.Return(_copy);
            _copy = null;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private HeaderField[] Grow()
    {
        if (_headers.Length == 0)
        {
            _headers = Arrays.TryRent(ref _localArrays) ?? new HeaderField[FirstCapacity];
        }
        else
        {
            Array.Resize(ref _headers, _headers.Length * 2);
        }

        return _headers;
    }

    [DoesNotReturn]
    private static void ThrowNotReset() => throw new InvalidOperationException("The head still holds a message: Reset it before parsing the next.");
}
