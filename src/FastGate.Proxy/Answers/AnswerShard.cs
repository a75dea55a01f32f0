using System.Buffers;
using System.Numerics;
using FastGate.Proxy.Connections;

namespace FastGate.Proxy.Answers;

/// <summary>
/// A part of the store in memory, with a lock of its own. Eviction is S3-FIFO (Yang et al., "FIFO queues are all you need for cache
/// eviction", SOSP 2023): what is new goes through a small queue, a tenth of the memory, and only what was asked for again on the way
/// gets into the main one, so that a scan of requests that never come back cannot flush what does. Hashes of what left the small queue
/// unread are remembered; if such an answer comes again it goes to the main queue at once.
/// </summary>
/// <remarks>
/// Entries lie one behind the other in segments and memory is given up segment by segment, the entries worth keeping copied on: there is
/// no object, no free list and no fragmentation for a million small answers, only their octets, 48 more for each, and 12 to 23 in the index.
/// </remarks>
internal sealed class AnswerShard
{
    private readonly Lock _lock = new();
    private readonly AnswerIndex _index = new();
    private readonly AnswerQueue _small = new();
    private readonly AnswerQueue _main = new();
    private readonly Stack<int> _freeIds = new();
    private readonly uint[] _ghosts;
    private readonly long _limit;
    private readonly int _segmentSize;
    private AnswerSegment?[] _segments = new AnswerSegment?[16];
    private byte[]? _spare;
    private int _ids;

    /// <summary>Makes an empty shard.</summary>
    /// <param name="limitBytes">Memory at most, at least eight segments.</param>
    /// <param name="segmentSize">A multiple of 8, at most <see cref="AnswerLocation.LargestSegment"/>.</param>
    internal AnswerShard(long limitBytes, int segmentSize)
    {
        // One segment may be had beyond the queues' share, while another is copied on.
        _limit = limitBytes - segmentSize;
        _segmentSize = segmentSize;
        LargestEntry = (int)Math.Min(limitBytes / 8, Array.MaxLength);
        _ghosts = new uint[BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(limitBytes / 4096, 64, 1 << 20))];
    }

    /// <summary>The largest entry that is taken: an eighth of the shard.</summary>
    internal int LargestEntry { get; }

    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _index.Count;
            }
        }
    }

    /// <summary>Octets of memory, the index included.</summary>
    internal long SizeBytes
    {
        get
        {
            lock (_lock)
            {
                return _small.SizeBytes + _main.SizeBytes + (_spare?.Length ?? 0) + _index.SizeBytes + ((long)_ghosts.Length * sizeof(uint));
            }
        }
    }

    internal bool TryRead(in AnswerKey key, long notBefore, BodyBuffer into)
    {
        lock (_lock)
        {
            if (!TryFind(key, out uint location))
            {
                return false;
            }

            Span<byte> entry = At(location);
            if (AnswerEntry.StoredOf(entry) < notBefore)
            {
                return false;
            }

            ref byte frequency = ref AnswerEntry.Frequency(entry);
            frequency = (byte)Math.Min(frequency + 1, AnswerEntry.HighestFrequency);
            into.Append(AnswerEntry.AnswerOf(entry));
            return true;
        }
    }

    internal bool Store(in AnswerKey key, in ReadOnlySequence<byte> answer, long now)
    {
        long size = AnswerEntry.SizeOf(answer.Length);
        if (size > LargestEntry)
        {
            return false;
        }

        lock (_lock)
        {
            uint hash = key.IndexHash;
            AnswerQueue queue = IsGhost(hash) ? _main : _small;
            byte frequency = 0;
            if (TryFind(key, out uint old))
            {
                queue = IsInMain(old) ? _main : _small;
                frequency = AnswerEntry.Frequency(At(old));
                _index.Remove(hash, old);
            }

            if (!MakeRoom(queue, size))
            {
                return false;
            }

            uint location = Allocate(queue, (int)size);
            AnswerEntry.Write(At(location), key, answer, now, frequency);
            _index.Add(hash, location);
            return true;
        }
    }

    private bool TryFind(in AnswerKey key, out uint location)
    {
        int cursor = 0;
        while (_index.TryNext(key.IndexHash, ref cursor, out location))
        {
            if (AnswerEntry.IsFor(At(location), key))
            {
                return true;
            }
        }

        return false;
    }

    private Span<byte> At(uint location) => _segments[AnswerLocation.IdOf(location)]!.At(AnswerLocation.OffsetOf(location));

    private static uint LocationOf(AnswerSegment segment, int offset) => AnswerLocation.Of(segment.Id, offset);

    // Which queue a segment is in does not change, and segments of one queue have ids of one parity.
    private static bool IsInMain(uint location) => (AnswerLocation.IdOf(location) & 1) != 0;

    private bool MakeRoom(AnswerQueue queue, long size)
    {
        if (Fits(queue, size))
        {
            return true;
        }

        long wanted = Math.Max(size, IsLarge(size) ? 0 : _segmentSize);
        while (_small.SizeBytes + _main.SizeBytes + wanted > _limit || !HasId())
        {
            if (_small.IsEmpty && _main.IsEmpty)
            {
                return false;
            }

            if (!_small.IsEmpty && (_main.IsEmpty || _small.SizeBytes > _limit / 10))
            {
                EvictSmall();
            }
            else
            {
                EvictMain();
            }
        }

        return true;
    }

    private bool HasId() => _freeIds.Count > 0 || _ids + 2 < AnswerLocation.HighestId;

    private bool Fits(AnswerQueue queue, long size) => queue.Open is { } open && open.Used + size <= open.Memory.Length;

    // An entry of more than a quarter of a segment gets one to its measure, so that little is left empty at a segment's end.
    private bool IsLarge(long size) => size > _segmentSize / 4;

    private uint Allocate(AnswerQueue queue, int size)
    {
        AnswerSegment segment;
        if (IsLarge(size))
        {
            segment = NewSegment(queue, new byte[size]);
            queue.AddClosed(segment);
        }
        else if (Fits(queue, size))
        {
            segment = queue.Open!;
        }
        else
        {
            segment = NewSegment(queue, _spare ?? GC.AllocateUninitializedArray<byte>(_segmentSize));
            _spare = null;
            queue.AddOpen(segment);
        }

        uint location = LocationOf(segment, segment.Used);
        segment.Used += size;
        return location;
    }

    private AnswerSegment NewSegment(AnswerQueue queue, byte[] memory)
    {
        // Ids come in pairs: the even one for the small queue, the odd one for the main one.
        if (!_freeIds.TryPop(out int pair))
        {
            pair = _ids;
            _ids += 2;
        }

        int id = pair + (queue == _main ? 1 : 0);
        if (id >= _segments.Length)
        {
            Array.Resize(ref _segments, _segments.Length * 2);
        }

        return _segments[id] = new AnswerSegment(id, memory);
    }

    private void Release(AnswerSegment segment)
    {
        _segments[segment.Id] = null;
        _freeIds.Push(segment.Id & ~1);
        if (segment.Memory.Length == _segmentSize)
        {
            _spare = segment.Memory;
        }
    }

    private void EvictSmall()
    {
        AnswerSegment segment = _small.TakeOldest();
        for (int offset = 0; offset < segment.Used;)
        {
            Span<byte> entry = segment.At(offset);
            int size = AnswerEntry.SizeOf(entry);
            uint hash = AnswerKey.IndexHashOf(entry);
            uint location = LocationOf(segment, offset);
            offset += size;
            if (!_index.Contains(hash, location))
            {
                continue;
            }

            if (AnswerEntry.Frequency(entry) > 0)
            {
                AnswerEntry.Frequency(entry) = 0;
                CopyOn(entry[..size], hash, location);
            }
            else
            {
                _index.Remove(hash, location);
                _ghosts[hash & (uint)(_ghosts.Length - 1)] = hash;
            }
        }

        Release(segment);
    }

    private void EvictMain()
    {
        AnswerSegment segment = _main.TakeOldest();

        // However much is asked for, half of each segment goes: eviction must come to an end.
        int keep = segment.Memory.Length / 2;
        for (int offset = 0; offset < segment.Used;)
        {
            Span<byte> entry = segment.At(offset);
            int size = AnswerEntry.SizeOf(entry);
            uint hash = AnswerKey.IndexHashOf(entry);
            uint location = LocationOf(segment, offset);
            offset += size;
            if (!_index.Contains(hash, location))
            {
                continue;
            }

            if (AnswerEntry.Frequency(entry) > 0 && size <= keep)
            {
                keep -= size;
                AnswerEntry.Frequency(entry)--;
                CopyOn(entry[..size], hash, location);
            }
            else
            {
                _index.Remove(hash, location);
            }
        }

        Release(segment);
    }

    private void CopyOn(ReadOnlySpan<byte> entry, uint hash, uint from)
    {
        uint to = Allocate(_main, entry.Length);
        entry.CopyTo(At(to));
        _index.Move(hash, from, to);
    }

    private bool IsGhost(uint hash)
    {
        ref uint ghost = ref _ghosts[hash & (uint)(_ghosts.Length - 1)];
        if (ghost != hash || hash == 0)
        {
            return false;
        }

        ghost = 0;
        return true;
    }
}
