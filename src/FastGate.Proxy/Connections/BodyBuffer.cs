using System.Buffers;
using FastGate.Protocol.Http;

namespace FastGate.Proxy.Connections;

/// <summary>
/// Octets that cannot be left lying in a pipe, in pooled segments: chunked bodies without their framing, events held back before a
/// stream's first token. Not thread-safe; <see cref="Clear"/> gives everything back.
/// </summary>
/// <param name="firstSegmentSize">Octets of the first segment at least; each further one is twice as large as the one before.</param>
internal sealed class BodyBuffer(int firstSegmentSize = 4 * 1024)
{
    private const int LargestSegmentSize = 1024 * 1024;

    // Segments for the next use. Only the objects: their memory goes back to the pool.
    private Segment? _spare;
    private Segment? _first;
    private Segment? _last;
    private int _lastUsed;

    /// <summary>Octets held.</summary>
    internal long Length { get; private set; }

    /// <summary>What is held; valid until the next call of <see cref="Append(ReadOnlySpan{byte})"/> or <see cref="Clear"/>.</summary>
    internal ReadOnlySequence<byte> Octets => _first is null ? default : new ReadOnlySequence<byte>(_first, 0, _last!, _lastUsed);

    internal void Append(in ReadOnlySequence<byte> data)
    {
        foreach (ReadOnlyMemory<byte> part in data)
        {
            Append(part.Span);
        }
    }

    internal void Append(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            if (_last is null || _lastUsed == _last.Capacity)
            {
                Grow(data.Length);
            }

            int count = Math.Min(data.Length, _last!.Capacity - _lastUsed);
            data[..count].CopyTo(_last.Free(_lastUsed));
            _lastUsed += count;
            Length += count;
            data = data[count..];
        }
    }

    /// <summary>Takes a body out of its framing, as far as it has come.</summary>
    /// <param name="buffer">What has come.</param>
    /// <param name="decoder">Where in the framing the body is.</param>
    /// <param name="decoded">How many octets of the buffer were taken before; then, how many are.</param>
    /// <param name="most">No more is taken once this many octets are exceeded.</param>
    /// <returns>Why no more could be taken; <see cref="BodyStatus.Data"/> where <paramref name="most"/> is.</returns>
    internal BodyStatus Gather(in ReadOnlySequence<byte> buffer, ref BodyDecoder decoder, ref long decoded, long most = long.MaxValue)
    {
        ReadOnlySequence<byte> rest = buffer.Slice(decoded);
        BodyStatus status;
        while ((status = decoder.Next(ref rest, out ReadOnlySequence<byte> data)) == BodyStatus.Data)
        {
            Append(data);
            if (Length > most)
            {
                break;
            }
        }

        decoded = buffer.Length - rest.Length;
        return status;
    }

    internal void Clear()
    {
        for (Segment? segment = _first; segment is not null;)
        {
            Segment? next = segment.NextSegment;
            segment.Release(_spare);
            _spare = segment;
            segment = next;
        }

        _first = _last = null;
        _lastUsed = 0;
        Length = 0;
    }

    private void Grow(int wanted)
    {
        // Segments double, so that a large body takes few of them and a small one little.
        int size = _last is null ? Math.Max(firstSegmentSize, Math.Min(wanted, LargestSegmentSize)) : Math.Min(_last.Capacity * 2, LargestSegmentSize);
        Segment segment = _spare ?? new Segment();
        _spare = segment.NextSegment;
        segment.Rent(size);
        if (_last is null)
        {
            _first = segment;
        }
        else
        {
            _last.Link(segment);
        }

        _last = segment;
        _lastUsed = 0;
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        private byte[] _array = [];

        internal int Capacity => _array.Length;

        internal Segment? NextSegment => (Segment?)Next;

        internal void Rent(int size)
        {
            Next = null;
            RunningIndex = 0;
            _array = OctetPool.Rent(size);
            Memory = _array;
        }

        internal void Link(Segment next)
        {
            Next = next;
            next.RunningIndex = RunningIndex + Capacity;
        }

        internal Span<byte> Free(int used) => _array.AsSpan(used);

        internal void Release(Segment? next)
        {
            OctetPool.Return(_array);
            _array = [];
            Memory = default;
            Next = next;
        }
    }
}
