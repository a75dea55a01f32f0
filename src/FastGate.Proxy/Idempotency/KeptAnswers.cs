using System.Numerics;
using FastGate.Proxy.Answers;
using FastGate.Proxy.Replay;
using FastGate.Proxy.Time;

namespace FastGate.Proxy.Idempotency;

/// <summary>
/// The answers of runs that have ended, found by key, given up in the order they were finished. Not thread-safe but for
/// <see cref="NewSegment"/>: the store's lock is around it.
/// </summary>
/// <remarks>
/// They lie one behind the other in segments, as those of the answer store do, so that there is no object for each of a million small
/// answers: only its octets, 96 more, and 12 to 23 in the index. A segment that was given up is never written again, since clients may
/// still be sent what lies in it; the collector has it when they are done.
/// </remarks>
internal sealed class KeptAnswers(ReplayMemory memory, TimerWheel wheel)
{
    private const int SmallestSegment = 4096;

    // Segments that fit in the memory's bound, at least where it is not tiny.
    private const int LeastSegments = 1024;

    private readonly AnswerIndex _index = new();
    private readonly LinkedList<KeptSegment> _segments = new();
    private readonly Stack<int> _freeIds = new();
    private KeptSegment?[] _byId = new KeptSegment?[16];
    private KeptSegment? _open;
    private int _ids;

    /// <summary>Answers that can be found.</summary>
    internal int Count => _index.Count;

    // Reckoned anew for each, as the bound may be changed.
    private int SegmentSize => (int)Math.Clamp(BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, memory.Limit / LeastSegments)), SmallestSegment, AnswerLocation.LargestSegment);

    /// <summary>Finds an answer whose time is not over.</summary>
    internal bool TryFind(in AnswerKey key, out KeptAnswer answer)
    {
        uint hash = key.IndexHash;
        int cursor = 0;
        while (_index.TryNext(hash, ref cursor, out uint location))
        {
            answer = At(location);
            if (!answer.IsFor(key))
            {
                continue;
            }

            if (answer.ExpiryTick > wheel.Now)
            {
                return true;
            }

            // Its octets stay until the segment goes.
            _index.Remove(hash, location);
            break;
        }

        answer = default;
        return false;
    }

    /// <summary>Adds the answer of a run where there is room in a segment.</summary>
    internal bool TryAdd(IdempotentRun run, int size, long expiryTick)
    {
        if (_open is not { } open || RoomIn(open) < size)
        {
            return false;
        }

        int offset = open.Used;
        KeptAnswer.Write(open.Memory.AsSpan(offset), run, expiryTick);
        open.Used += size;
        Index(open, offset, expiryTick);
        return true;
    }

    /// <summary>A segment with the answer of a run in it, not among the others yet. From any thread.</summary>
    internal KeptSegment NewSegment(IdempotentRun run, int size, long expiryTick, Action<KeptSegment> expired)
    {
        // An answer of more than a quarter of a segment gets one to its measure, so that little is left empty at a segment's end.
        int segmentSize = SegmentSize;
        var segment = new KeptSegment(GC.AllocateUninitializedArray<byte>(size > segmentSize / 4 ? size : segmentSize), expired) { Used = size };
        KeptAnswer.Write(segment.Memory, run, expiryTick);
        memory.Take(segment.Memory.Length);
        return segment;
    }

    /// <summary>Adds a segment with one answer in it.</summary>
    internal void Add(KeptSegment segment, long expiryTick)
    {
        while (_freeIds.Count == 0 && _ids > AnswerLocation.HighestId)
        {
            TryGiveUpOldest();
        }

        if (!_freeIds.TryPop(out int id))
        {
            id = _ids++;
            if (id == _byId.Length)
            {
                Array.Resize(ref _byId, _byId.Length * 2);
            }
        }

        segment.Id = id;
        segment.Place = _segments.AddLast(segment);
        _byId[id] = segment;
        if (RoomIn(segment) > RoomIn(_open))
        {
            _open = segment;
        }

        Index(segment, 0, expiryTick);
    }

    /// <summary>Gives up the answer that was finished first, or memory that no answer is in; false when there is neither.</summary>
    internal bool TryGiveUpOldest()
    {
        if (_segments.First?.Value is not { } oldest)
        {
            return false;
        }

        GiveUpNext(oldest);
        if (oldest.GivenUp == oldest.Used)
        {
            Drop(oldest);
        }

        return true;
    }

    /// <summary>Gives up a segment if all its answers have been kept for their time.</summary>
    internal void Expire(KeptSegment segment)
    {
        // It may have got another answer, or have been given up, while this was on its way.
        if (segment.Place is null || segment.ExpiryTick > wheel.Now)
        {
            return;
        }

        while (segment.GivenUp < segment.Used)
        {
            GiveUpNext(segment);
        }

        Drop(segment);
    }

    private static int RoomIn(KeptSegment? segment) => segment is null ? 0 : segment.Memory.Length - segment.Used;

    private static uint LocationOf(KeptSegment segment, int offset) => AnswerLocation.Of(segment.Id, offset);

    private KeptAnswer At(uint location) =>
        new(_byId[AnswerLocation.IdOf(location)]!.Memory, AnswerLocation.OffsetOf(location));

    private void Index(KeptSegment segment, int offset, long expiryTick)
    {
        _index.Add(new KeptAnswer(segment.Memory, offset).Hash, LocationOf(segment, offset));
        if (expiryTick > segment.ExpiryTick)
        {
            segment.ExpiryTick = expiryTick;
            wheel.ArmAt(segment, expiryTick);
        }
    }

    private void GiveUpNext(KeptSegment segment)
    {
        var answer = new KeptAnswer(segment.Memory, segment.GivenUp);
        uint location = LocationOf(segment, segment.GivenUp);
        segment.GivenUp += answer.Size;
        if (_index.Contains(answer.Hash, location))
        {
            _index.Remove(answer.Hash, location);
        }
    }

    private void Drop(KeptSegment segment)
    {
        _segments.Remove(segment.Place!);
        segment.Place = null;
        _byId[segment.Id] = null;
        _freeIds.Push(segment.Id);
        if (_open == segment)
        {
            _open = null;
        }

        wheel.Remove(segment);
        memory.Give(segment.Memory.Length);
    }
}
