using System.Buffers.Binary;
using System.Diagnostics;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Time;

namespace FastGate.Proxy.Replay;

/// <summary>
/// An answer as its client is sent it, in numbered frames (the events of a stream, or whatever pieces), so that other connections can
/// read it too, while it is made and afterwards. One flow writes: the exchange. Any number of <see cref="RecordingReader"/>s read.
/// </summary>
/// <remarks>
/// <para>
/// The frames lie one behind the other in segments of a <see cref="ReplayMemory"/>, each behind its length; a length is never split
/// between two segments. Past <see cref="Capacity"/>, or when the memory is used up, the oldest segment is used again and the frames that
/// began in it are gone: <see cref="IsWhole"/> tells, and a reader that still needed them is told <see cref="ReplayStep.Lost"/>.
/// </para>
/// <para>
/// Writing a frame takes no lock except once for each segment; <see cref="Publish"/> takes it once for all frames that came together.
/// Readers copy under the lock, so that no segment is used again under their hands.
/// </para>
/// <para>
/// A recording also carries its exchange past the end of the client (<see cref="ConnectionSignal.Outlive"/>): for
/// <see cref="DetachedTime"/> after client and readers have gone, then the exchange is ended.
/// </para>
/// <para>
/// It belongs to its holders, its exchange first of all: when the last has called <see cref="Release"/>, its memory goes back.
/// </para>
/// </remarks>
internal sealed class Recording : TimerEntry
{
    private const int LengthSize = sizeof(int);

    private readonly ReplayMemory _memory;
    private readonly TimerWheel _wheel;
    private readonly DetachedExchanges _detachedExchanges;
    private readonly Lock _lock = new();
    private readonly int _maxSegments;

    // The writer's own.
    private ReplaySegment _tail;
    private int _tailUsed;
    private int _segments = 1;
    private long _last;

    // What readers may see.
    private long _published;
    private long _publishedLast;
    private volatile RecordingState _state;

    // Under the lock.
    private ReplaySegment? _first;
    private RecordingReader? _readers;
    private int _readerCount;
    private int _holders = 1;
    private ConnectionSignal? _exchange;
    private bool _detached;
    private TimeSpan _keptTime = Timeout.InfiniteTimeSpan;
    private long _dueTick = Never;
    private IRecordingKeeper? _keeper;

    private Recording(ReplayMemory memory, TimerWheel wheel, DetachedExchanges detached, ReplaySegment first, int capacity, long firstNumber, TimeSpan detachedTime)
    {
        _memory = memory;
        _wheel = wheel;
        _detachedExchanges = detached;
        _maxSegments = Math.Max(1, capacity / ReplaySegment.Size);
        first.Reset(0);
        _first = _tail = first;
        FirstNumber = firstNumber;
        _last = _publishedLast = firstNumber - 1;
        DetachedTime = detachedTime;
    }

    /// <summary>The number of the first frame there was.</summary>
    internal long FirstNumber { get; }

    /// <summary>The number of the last frame that readers may see; <see cref="FirstNumber"/> less one if there is none.</summary>
    internal long LastNumber => Volatile.Read(ref _publishedLast);

    /// <summary>The number the next frame will have. For the writer.</summary>
    internal long NextNumber => _last + 1;

    /// <summary>Octets at most, rounded down to whole segments, at least one.</summary>
    internal int Capacity => _maxSegments * ReplaySegment.Size;

    /// <summary>How long the exchange goes on when nobody is left who reads; infinite: to its end.</summary>
    internal TimeSpan DetachedTime { get; }

    internal RecordingState State => _state;

    /// <summary>Whether every frame from the first one on can still be read.</summary>
    internal bool IsWhole
    {
        get
        {
            lock (_lock)
            {
                return _first is { Start: 0 };
            }
        }
    }

    /// <summary>Octets that all frames there were carry. For the writer.</summary>
    internal long Length { get; private set; }

    /// <summary>Octets of memory in use.</summary>
    internal long Octets
    {
        get
        {
            lock (_lock)
            {
                return _first is null ? 0 : (long)_segments * ReplaySegment.Size;
            }
        }
    }

    /// <summary>Begins a recording, held by the caller; null when the memory is used up.</summary>
    /// <param name="memory">Where its segments come from.</param>
    /// <param name="wheel">The clock of its times.</param>
    /// <param name="detached">The bound on exchanges without a client.</param>
    /// <param name="capacity">Octets to keep at most, frames with four octets more for each.</param>
    /// <param name="detachedTime">How long the exchange goes on when nobody is left who reads; infinite: to its end.</param>
    /// <param name="firstNumber">The number of the first frame.</param>
    internal static Recording? TryBegin(ReplayMemory memory, TimerWheel wheel, DetachedExchanges detached, int capacity, TimeSpan detachedTime, long firstNumber = 1) =>
        memory.TryRent() is { } first ? new Recording(memory, wheel, detached, first, capacity, firstNumber, detachedTime) : null;

    /// <summary>Adds a frame of two parts and returns its number. By the writer. Readers see it with the next <see cref="Publish"/>.</summary>
    internal long Append(ReadOnlySpan<byte> head, ReadOnlySpan<byte> rest = default)
    {
        if (_tailUsed == ReplaySegment.Size)
        {
            Grow();
        }

        _last++;
        Length += head.Length + rest.Length;
        _tail.BeginFrame(_last, _tailUsed);
        BinaryPrimitives.WriteInt32LittleEndian(_tail.Octets.AsSpan(_tailUsed), head.Length + rest.Length);
        _tailUsed += LengthSize;
        Copy(head);
        Copy(rest);
        if (ReplaySegment.Size - _tailUsed < LengthSize)
        {
            // No room for a length: the next frame begins in the next segment.
            _tailUsed = ReplaySegment.Size;
        }

        return _last;
    }

    /// <summary>Shows the readers what was added. By the writer, once for everything that came together.</summary>
    internal void Publish()
    {
        bool anybody;
        lock (_lock)
        {
            // Together: a reader that attaches in between would take the frames behind one for those behind the other.
            Volatile.Write(ref _publishedLast, _last);
            Volatile.Write(ref _published, _tail.Start + _tailUsed);
            anybody = _readers is not null;
        }

        if (anybody)
        {
            WakeReaders();
        }
    }

    /// <summary>Nothing more comes. By the writer, which still has to <see cref="Release"/> its hold. A second call changes nothing.</summary>
    internal void Finish(bool complete)
    {
        Publish();
        lock (_lock)
        {
            if (_state != RecordingState.Live)
            {
                return;
            }

            _state = complete ? RecordingState.Complete : RecordingState.Broken;
            _exchange = null;
            if (_detached)
            {
                _detachedExchanges.Leave();
            }

            Arm(_keptTime);
        }

        WakeReaders();
    }

    /// <summary>Copies what all frames carry. By a holder, when the recording is finished and whole.</summary>
    /// <param name="into">At least <see cref="Length"/> octets.</param>
    internal void CopyTo(Span<byte> into)
    {
        lock (_lock)
        {
            Debug.Assert(_holders > 0 && _state != RecordingState.Live && _first!.Start == 0, "A recording was copied that is not held, not finished, or not whole.");
            ReplaySegment segment = _first!;
            int offset = 0;
            for (long frame = FirstNumber; frame <= _last; frame++)
            {
                if (ReplaySegment.Size - offset < LengthSize)
                {
                    segment = segment.Next!;
                    offset = 0;
                }

                int length = BinaryPrimitives.ReadInt32LittleEndian(segment.Octets.AsSpan(offset));
                offset += LengthSize;
                while (length > 0)
                {
                    segment = Next(segment, ref offset, ref length, out ReadOnlySpan<byte> part);
                    part.CopyTo(into);
                    into = into[part.Length..];
                }
            }
        }
    }

    /// <summary>Tells the keeper when the recording has been finished for that long.</summary>
    internal void Keep(TimeSpan time, IRecordingKeeper keeper)
    {
        lock (_lock)
        {
            _keptTime = time;
            _keeper = keeper;
            if (_state != RecordingState.Live)
            {
                Arm(time);
            }
        }
    }

    /// <summary>One more holder; false when the last one has already let go.</summary>
    internal bool TryHold()
    {
        lock (_lock)
        {
            if (_holders == 0)
            {
                return false;
            }

            _holders++;
            return true;
        }
    }

    /// <summary>A holder lets go.</summary>
    internal void Release()
    {
        ReplaySegment? segments;
        lock (_lock)
        {
            if (--_holders > 0)
            {
                return;
            }

            segments = _first;
            _first = null;
            _keeper = null;
        }

        _wheel.Remove(this);
        _memory.Return(segments);
    }

    /// <summary>Names the exchange that writes, before it outlives its client.</summary>
    internal void SetExchange(ConnectionSignal exchange)
    {
        lock (_lock)
        {
            _exchange = exchange;
        }
    }

    /// <summary>
    /// The exchange's client has gone: whether the exchange goes on without it. From any thread, and as often as one likes.
    /// </summary>
    internal bool TryDetach()
    {
        lock (_lock)
        {
            if (_detached)
            {
                return true;
            }

            if (_state != RecordingState.Live || !_detachedExchanges.TryEnter())
            {
                return false;
            }

            _detached = true;
            ArmDetached();
            return true;
        }
    }

    /// <summary>Whether somebody else reads: then the exchange need not wait for a client that does not.</summary>
    internal bool HasReaders => Volatile.Read(ref _readers) is not null;

    internal AttachResult Attach(RecordingReader reader, long from)
    {
        ConnectionSignal? exchange;
        lock (_lock)
        {
            if (_holders == 0)
            {
                return AttachResult.Dropped;
            }

            // In this order: what is published before the end is all there is.
            RecordingState state = _state;
            if (from > LastNumber && state != RecordingState.Live)
            {
                return from == LastNumber + 1 ? AttachResult.Nothing : AttachResult.Ahead;
            }

            if (from > LastNumber + 1)
            {
                return AttachResult.Ahead;
            }

            if (!Seek(reader, from))
            {
                return AttachResult.Dropped;
            }

            _holders++;
            _readerCount++;
            reader.Next = _readers;
            Volatile.Write(ref _readers, reader);
            ArmDetached();
            exchange = _exchange;
        }

        // Its client may be half gone and hold it up: it looks again now that somebody else reads.
        exchange?.Wake();
        return AttachResult.Attached;
    }

    internal void Detach(RecordingReader reader)
    {
        lock (_lock)
        {
            if (_readers == reader)
            {
                Volatile.Write(ref _readers, reader.Next);
            }
            else
            {
                RecordingReader before = _readers!;
                while (before.Next != reader)
                {
                    before = before.Next!;
                }

                before.Next = reader.Next;
            }

            reader.Next = null;
            _readerCount--;
            ArmDetached();
        }

        Release();
    }

    /// <summary>Writes frames to a reader's client, about <paramref name="most"/> octets.</summary>
    internal ReplayStep Read(RecordingReader reader, in FrameOutput output, long most)
    {
        lock (_lock)
        {
            RecordingState state = _state;
            long published = Volatile.Read(ref _published);
            if (reader.Position < _first!.Start)
            {
                return ReplayStep.Lost;
            }

            bool any = false;
            while (reader.Position < published && most > 0)
            {
                ReplaySegment segment = Locate(reader);
                int offset = (int)(reader.Position - segment.Start);
                int length = BinaryPrimitives.ReadInt32LittleEndian(segment.Octets.AsSpan(offset));
                offset += LengthSize;
                if (reader.Number >= reader.Wanted)
                {
                    output.Begin(length);
                    segment = Pass(segment, ref offset, length, output);
                    output.End(length);
                    most -= length;
                    any = true;
                }
                else
                {
                    segment = Pass(segment, ref offset, length, null);
                }

                reader.Moved(segment, segment.Start + (ReplaySegment.Size - offset < LengthSize ? ReplaySegment.Size : offset));
            }

            return any || reader.Position < published ? ReplayStep.Data
                : state == RecordingState.Live ? ReplayStep.Wait
                : state == RecordingState.Complete ? ReplayStep.End : ReplayStep.Broken;
        }
    }

    /// <inheritdoc/>
    protected internal override void OnDeadline()
    {
        ConnectionSignal? abandoned = null;
        IRecordingKeeper? keeper = null;
        lock (_lock)
        {
            // The deadline may have been moved while this was on its way.
            if (_wheel.Now < _dueTick)
            {
                return;
            }

            _dueTick = Never;
            if (_state == RecordingState.Live)
            {
                abandoned = _exchange;
            }
            else
            {
                keeper = _keeper;
            }
        }

        abandoned?.EndOutliving(this);
        keeper?.OnExpired();
    }

    private void Copy(ReadOnlySpan<byte> octets)
    {
        while (!octets.IsEmpty)
        {
            if (_tailUsed == ReplaySegment.Size)
            {
                Grow();
            }

            int count = Math.Min(octets.Length, ReplaySegment.Size - _tailUsed);
            octets[..count].CopyTo(_tail.Octets.AsSpan(_tailUsed));
            _tailUsed += count;
            octets = octets[count..];
        }
    }

    private void Grow()
    {
        // Asked for outside the lock: the memory may have to give up another recording.
        ReplaySegment? fresh = _segments < _maxSegments ? _memory.TryRent() : null;
        lock (_lock)
        {
            long start = _tail.Start + ReplaySegment.Size;
            if (fresh is null)
            {
                fresh = _first!;
                _first = fresh == _tail ? fresh : fresh.Next;
            }
            else
            {
                _segments++;
            }

            if (fresh != _tail)
            {
                _tail.Next = fresh;
            }

            fresh.Reset(start);
        }

        _tail = fresh;
        _tailUsed = 0;
    }

    // Finds the last frame known to begin at or before the wanted one; reading skips from there.
    private bool Seek(RecordingReader reader, long wanted)
    {
        ReplaySegment? found = null;
        for (ReplaySegment? segment = _first; segment is not null; segment = segment.Next)
        {
            long number = segment.FirstNumber;
            if (number != ReplaySegment.NoFrame && number <= wanted)
            {
                found = segment;
            }
        }

        if (found is not null)
        {
            reader.Begin(this, found, found.Start + found.FirstOffset, found.FirstNumber, wanted);
            return true;
        }

        if (wanted <= LastNumber)
        {
            return false;
        }

        // The next frame there will be. Nothing of those before it is left, or there were none.
        reader.Begin(this, _first!, Volatile.Read(ref _published), wanted, wanted);
        return true;
    }

    private ReplaySegment Locate(RecordingReader reader)
    {
        // The reader's own is still in the chain if it does not lie before the first.
        ReplaySegment segment = reader.Segment is { } own && reader.SegmentStart >= _first!.Start ? own : _first!;
        while (reader.Position >= segment.Start + ReplaySegment.Size)
        {
            segment = segment.Next!;
        }

        return segment;
    }

    private static ReplaySegment Pass(ReplaySegment segment, ref int offset, int length, in FrameOutput? output)
    {
        while (length > 0)
        {
            segment = Next(segment, ref offset, ref length, out ReadOnlySpan<byte> part);
            output?.Write(part);
        }

        return segment;
    }

    // The part of a frame that lies in one segment, and that segment; length is what is left of the frame.
    private static ReplaySegment Next(ReplaySegment segment, ref int offset, ref int length, out ReadOnlySpan<byte> part)
    {
        if (offset == ReplaySegment.Size)
        {
            segment = segment.Next!;
            offset = 0;
        }

        part = segment.Octets.AsSpan(offset, Math.Min(length, ReplaySegment.Size - offset));
        offset += part.Length;
        length -= part.Length;
        return segment;
    }

    private void WakeReaders()
    {
        lock (_lock)
        {
            for (RecordingReader? reader = _readers; reader is not null; reader = reader.Next)
            {
                reader.Wakeup.Set();
            }
        }
    }

    // Under the lock.
    private void ArmDetached()
    {
        if (_state == RecordingState.Live && _detached)
        {
            Arm(_readerCount == 0 ? DetachedTime : Timeout.InfiniteTimeSpan);
        }
    }

    private void Arm(TimeSpan duration)
    {
        _dueTick = duration == Timeout.InfiniteTimeSpan ? Never : _wheel.Now + TimerWheel.TicksOf(duration);
        _wheel.ArmAt(this, _dueTick);
    }
}
