using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FastGate.Protocol.Sse;

/// <summary>
/// Cuts a server-sent event stream (WHATWG HTML §9.2) into blocks, from spans that may end anywhere. A block that lies wholly inside
/// one span is read in place; only an unfinished tail is copied, into a pooled buffer that is given back as soon as it is empty.
/// Every octet is looked at a bounded number of times, also when the stream arrives one octet at a time.
/// </summary>
/// <remarks>
/// One stream at a time, no concurrency. Enumerate what <see cref="Read"/> returns to its end, or the rest of that span is lost:
/// <code>
/// foreach (SseEvent e in reader.Read(span)) { ... }
/// if (reader.Error != SseError.None) { ... }
/// </code>
/// An unfinished block at the end of the stream is not an event (§9.2.6); <see cref="HasPartial"/> tells of it.
/// Blank lines between blocks mean nothing and are dropped.
/// </remarks>
public sealed class SseReader : IDisposable
{
    /// <summary>The default of <see cref="MaxEventBytes"/>: 1 MiB.</summary>
    public const int DefaultMaxEventBytes = 1 << 20;

    private const byte CarriageReturn = (byte)'\r';
    private const byte LineFeed = (byte)'\n';

    private byte[]? _buffer;
    private int _length;
    private byte[]? _joined;
    private SseFields _fields;
    private int _lineStart;
    private int _scanned;
    private bool _afterCarriageReturn;
    private bool _bufferReported;
    private bool _beforeByteOrderMark;

    /// <summary>Makes a reader.</summary>
    /// <param name="maxEventBytes">The largest block accepted, in octets, at least 16.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is below 16.</exception>
    public SseReader(int maxEventBytes = DefaultMaxEventBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxEventBytes, 16);
        MaxEventBytes = maxEventBytes;
        _beforeByteOrderMark = true;
        _fields.Clear();
    }

    /// <summary>The largest block accepted, in octets; a larger one sets <see cref="Error"/>.</summary>
    public int MaxEventBytes { get; }

    /// <summary>What stopped the reader, if anything did. Sticky until <see cref="Reset"/>.</summary>
    public SseError Error { get; private set; }

    /// <summary>Whether octets of an unfinished block are held. At the end of the stream they are to be discarded.</summary>
    public bool HasPartial => _length != 0 && !_bufferReported;

    /// <summary>The octets of the unfinished block; valid until the next call.</summary>
    public ReadOnlySpan<byte> Partial => HasPartial ? _buffer.AsSpan(0, _length) : default;

    /// <summary>Starts on the next octets of the stream. Nothing is read until the enumerator moves.</summary>
    /// <param name="input">The next octets, de-framed; may be empty.</param>
    /// <returns>The blocks that <paramref name="input"/> completes; whatever is left over is kept for the next call.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Enumerator Read(ReadOnlySpan<byte> input) => new(this, input);

    /// <summary>Forgets the stream, gives pooled memory back, and is ready for another stream.</summary>
    public void Reset()
    {
        ReleaseBuffer();
        ReleaseJoined();
        StartBlock();
        _beforeByteOrderMark = true;
        Error = SseError.None;
    }

    /// <summary>Gives pooled memory back.</summary>
    public void Dispose() => Reset();

    private bool MoveNext(scoped ref ReadOnlySpan<byte> rest, out SseEvent current)
    {
        if (_bufferReported)
        {
            ReleaseBuffer();
        }

        if (_joined is not null)
        {
            ReleaseJoined();
        }

        if (Error == SseError.None && !rest.IsEmpty)
        {
            if (_beforeByteOrderMark)
            {
                SkipByteOrderMark(ref rest);
            }

            return _length == 0 ? NextInPlace(ref rest, out current) : NextJoined(ref rest, out current);
        }

        current = default;
        return false;
    }

    private bool NextInPlace(scoped ref ReadOnlySpan<byte> rest, out SseEvent current)
    {
        // Also swallows the LF of a CRLF whose CR closed the block before.
        int start = 0;
        while (start < rest.Length && rest[start] is LineFeed or CarriageReturn)
        {
            start++;
        }

        rest = rest[start..];
        if (!rest.IsEmpty)
        {
            int end = Scan(rest);
            if (end >= 0)
            {
                ReadOnlySpan<byte> block = rest[..end];
                rest = rest[end..];
                return Report(block, out current);
            }

            Keep(rest);
            rest = default;
        }

        current = default;
        return false;
    }

    /// <summary>Line by line into the buffer, so that not one octet beyond the block is copied.</summary>
    private bool NextJoined(scoped ref ReadOnlySpan<byte> rest, out SseEvent current)
    {
        while (!rest.IsEmpty)
        {
            int line = rest.IndexOfAny(CarriageReturn, LineFeed);
            int take = line + 1;
            if (line < 0)
            {
                take = line = rest.Length;
            }
            else if (rest[line] == CarriageReturn && take < rest.Length && rest[take] == LineFeed)
            {
                take++;
            }

            if (!Keep(rest[..take]))
            {
                break;
            }

            if (line > 0)
            {
                // What was just looked at need not be looked at again, and is no LF behind a CR.
                _scanned += line;
                _afterCarriageReturn = false;
            }

            rest = rest[take..];
            int end = Scan(_buffer.AsSpan(0, _length));
            if (end >= 0)
            {
                Debug.Assert(end == _length, "A block ends with the line that was appended last.");
                _bufferReported = true;
                return Report(_buffer.AsSpan(0, end), out current);
            }
        }

        rest = default;
        current = default;
        return false;
    }

    /// <summary>Goes on looking for the blank line, taking in each line on the way.</summary>
    /// <param name="block">The block from its first octet; at least what was seen before.</param>
    /// <returns>The block's length with its blank line, or -1 when that has not come yet.</returns>
    private int Scan(ReadOnlySpan<byte> block)
    {
        int position = _scanned;
        int lineStart = _lineStart;
        if (_afterCarriageReturn && position < block.Length)
        {
            _afterCarriageReturn = false;
            if (block[position] == LineFeed)
            {
                lineStart = ++position;
            }
        }

        while (true)
        {
            int lineLength = block[position..].IndexOfAny(CarriageReturn, LineFeed);
            if (lineLength < 0)
            {
                _scanned = block.Length;
                _lineStart = lineStart;
                return -1;
            }

            int lineEnd = position + lineLength;
            position = lineEnd + 1;
            if (block[lineEnd] == CarriageReturn)
            {
                if (position == block.Length)
                {
                    _afterCarriageReturn = true;
                }
                else if (block[position] == LineFeed)
                {
                    position++;
                }
            }

            if (lineEnd == lineStart)
            {
                return position;
            }

            _fields.AddLine(block, lineStart, lineEnd - lineStart);
            lineStart = position;
        }
    }

    private bool Report(ReadOnlySpan<byte> block, out SseEvent current)
    {
        if (SizeOf(block) > MaxEventBytes)
        {
            current = default;
            return Fail();
        }

        ReadOnlySpan<byte> data = _fields.DataLines <= 1 ? block.Slice(_fields.DataStart, _fields.DataLength) : JoinData(block);
        current = new SseEvent(block, data, in _fields);
        StartBlock();
        return true;
    }

    /// <summary>The length that counts against the limit: a final LF after CR does not, as a block may be complete without it.</summary>
    private static int SizeOf(ReadOnlySpan<byte> block) => block is [.., CarriageReturn, LineFeed] ? block.Length - 1 : block.Length;

    /// <summary>Several <c>data</c> lines are rare, so their values are gathered by a second walk over the block.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private ReadOnlySpan<byte> JoinData(ReadOnlySpan<byte> block)
    {
        _joined = ArrayPool<byte>.Shared.Rent(block.Length);
        int written = 0;
        bool first = true;
        while (!block.IsEmpty)
        {
            int end = block.IndexOfAny(CarriageReturn, LineFeed);
            ReadOnlySpan<byte> line = block[..end];
            block = block[(end + 1)..];
            int valueStart = SseFields.DataValueStart(line);
            if (valueStart >= 0)
            {
                if (!first)
                {
                    _joined[written++] = LineFeed;
                }

                first = false;
                line[valueStart..].CopyTo(_joined.AsSpan(written));
                written += line.Length - valueStart;
            }
        }

        return _joined.AsSpan(0, written);
    }

    private bool Keep(ReadOnlySpan<byte> octets)
    {
        int needed = _length + octets.Length;
        if (needed > MaxEventBytes && needed - MaxEventBytes > (octets is [.., LineFeed] ? 1 : 0))
        {
            return Fail();
        }

        if (_buffer is null)
        {
            _buffer = ArrayPool<byte>.Shared.Rent(Math.Max(needed, 512));
        }
        else if (_buffer.Length < needed)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, _buffer.Length * 2));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        octets.CopyTo(_buffer.AsSpan(_length));
        _length = needed;
        return true;
    }

    private bool Fail()
    {
        ReleaseBuffer();
        StartBlock();
        Error = SseError.EventTooLarge;
        return false;
    }

    /// <summary>§9.2.5: one byte order mark at the very start is no part of the stream. It too may be split.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SkipByteOrderMark(scoped ref ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        while (!rest.IsEmpty)
        {
            if (rest[0] != mark[_length])
            {
                _beforeByteOrderMark = false;
                return;
            }

            if (_length == mark.Length - 1)
            {
                rest = rest[1..];
                ReleaseBuffer();
                _beforeByteOrderMark = false;
                return;
            }

            Keep(rest[..1]);
            rest = rest[1..];
        }
    }

    private void StartBlock()
    {
        _fields.Clear();
        _lineStart = 0;
        _scanned = 0;
        _afterCarriageReturn = false;
    }

    private void ReleaseBuffer()
    {
        _length = 0;
        _bufferReported = false;
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void ReleaseJoined()
    {
        if (_joined is { } joined)
        {
            _joined = null;
            ArrayPool<byte>.Shared.Return(joined);
        }
    }

    /// <summary>The blocks completed by one span of input.</summary>
    public ref struct Enumerator
    {
        private readonly SseReader _reader;
        private ReadOnlySpan<byte> _rest;
        private SseEvent _current;

        internal Enumerator(SseReader reader, ReadOnlySpan<byte> input)
        {
            _reader = reader;
            _rest = input;
        }

        /// <summary>The block <see cref="MoveNext"/> found; valid until it is called again.</summary>
        [System.Diagnostics.CodeAnalysis.UnscopedRef]
        public readonly ref readonly SseEvent Current => ref _current;

        /// <summary>The part of the input not looked at yet. Empty once <see cref="MoveNext"/> has returned false without an error.</summary>
        public readonly ReadOnlySpan<byte> Remaining => _rest;

        /// <summary>Looks for the next complete block.</summary>
        /// <returns>False when the input is used up or <see cref="Error"/> is set.</returns>
        public bool MoveNext() => _reader.MoveNext(ref _rest, out _current);

        /// <summary>Itself, for <c>foreach</c>.</summary>
        public readonly Enumerator GetEnumerator() => this;
    }
}
