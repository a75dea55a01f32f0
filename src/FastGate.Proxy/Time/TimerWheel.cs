using System.Diagnostics;

namespace FastGate.Proxy.Time;

/// <summary>
/// One coarse timer (10 ms ticks) for every deadline of the data plane, instead of a timer or a cancellation source for each request.
/// </summary>
/// <remarks>
/// Deadlines on a busy connection move forward all the time (each request, each event). So an entry is not moved when its deadline
/// moves to later: it stays in its slot, and when that slot comes round the wheel reads the real deadline and files it again.
/// Re-arming therefore is one interlocked write; the lock is taken only when a deadline becomes earlier than the slot, about once
/// per shortest timeout and connection. While no entry is filed the underlying timer is stopped, so an idle process does not wake up.
/// </remarks>
internal sealed class TimerWheel : IDisposable
{
    /// <summary>The length of a tick.</summary>
    internal static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(10);

    private const int SlotCount = 4096;
    private const int SlotMask = SlotCount - 1;

    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly TimerEntry?[] _slots = new TimerEntry?[SlotCount];
    private readonly Lock _lock = new();
    private readonly Ticker _ticker;
    private readonly List<TimerEntry> _due = [];
    private long _now = 1;
    private int _filed;
    private bool _running;

    internal TimerWheel(TimeProvider time)
    {
        _time = time;
        // One tick in the past, so that the first tick read is 1: 0 stands for "in no slot".
        _origin = time.GetTimestamp() - (long)(time.TimestampFrequency * Tick.TotalSeconds) - 1;
        _ticker = Ticker.Create(time, Advance);
    }

    /// <summary>The clock it turns by.</summary>
    internal TimeProvider Time => _time;

    /// <summary>Number of entries filed in a slot, for tests.</summary>
    internal int Filed => Volatile.Read(ref _filed);

    /// <summary>The number of whole ticks in a duration, rounded up, at least one.</summary>
    internal static long TicksOf(TimeSpan duration) => Math.Max(1, (duration.Ticks + Tick.Ticks - 1) / Tick.Ticks);

    /// <summary>The current tick, as of the wheel's last turn while it is turning (so up to a tick old), else read from the clock.</summary>
    internal long Now => Volatile.Read(ref _running) ? Volatile.Read(ref _now) : ReadClock();

    /// <summary>Sets the entry's deadline to <paramref name="duration"/> from now; <see cref="Timeout.InfiniteTimeSpan"/> disarms.</summary>
    internal void Arm(TimerEntry entry, TimeSpan duration)
    {
        if (duration == Timeout.InfiniteTimeSpan)
        {
            Disarm(entry);
        }
        else
        {
            ArmAt(entry, Now + TicksOf(duration));
        }
    }

    /// <summary>Sets the entry's deadline to a tick; <see cref="TimerEntry.Never"/> disarms.</summary>
    internal void ArmAt(TimerEntry entry, long deadlineTick)
    {
        // The exchange is a full fence: either the wheel, which empties ScheduledTick before it reads the deadline, sees this
        // deadline, or this method sees the emptied ScheduledTick and files the entry itself.
        Interlocked.Exchange(ref entry.DeadlineTick, deadlineTick);
        long scheduled = Volatile.Read(ref entry.ScheduledTick);
        if (deadlineTick != TimerEntry.Never && (scheduled == 0 || scheduled > deadlineTick))
        {
            FileEarlier(entry);
        }
    }

    /// <summary>Takes the deadline away. The entry stays in its slot until that comes round.</summary>
    internal static void Disarm(TimerEntry entry) => Interlocked.Exchange(ref entry.DeadlineTick, TimerEntry.Never);

    /// <summary>Disarms and unfiles the entry, so that the wheel no longer refers to it. A call of <c>OnDeadline</c> may still be under way.</summary>
    internal void Remove(TimerEntry entry)
    {
        Disarm(entry);
        lock (_lock)
        {
            if (entry.ScheduledTick != 0)
            {
                Unlink(entry);
            }
        }
    }

    /// <summary>Turns the wheel up to the clock and signals every entry whose deadline has passed. Called by the timer.</summary>
    internal void Advance()
    {
        TimerEntry[] due;
        lock (_lock)
        {
            long target = ReadClock();
            if (target - _now >= SlotCount)
            {
                // Asleep for longer than a whole turn: every slot is due, once.
                _now = target - SlotCount;
            }

            while (_now < target)
            {
                Volatile.Write(ref _now, _now + 1);
                TurnSlot(_now, target);
            }

            if (_filed == 0)
            {
                _running = false;
                _ticker.Stop();
            }

            due = [.. _due];
            _due.Clear();
        }

        foreach (TimerEntry entry in due)
        {
            entry.OnDeadline();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _ticker.Dispose();

    private void TurnSlot(long tick, long target)
    {
        TimerEntry? entry = _slots[tick & SlotMask];
        while (entry is not null)
        {
            TimerEntry? next = entry.NextInSlot;
            if (entry.ScheduledTick <= target)
            {
                Unlink(entry);
                Interlocked.MemoryBarrier();
                long deadline = Volatile.Read(ref entry.DeadlineTick);
                if (deadline <= target)
                {
                    // Take the deadline, unless the owner has just moved it.
                    if (Interlocked.CompareExchange(ref entry.DeadlineTick, TimerEntry.Never, deadline) == deadline)
                    {
                        _due.Add(entry);
                    }
                    else
                    {
                        File(entry);
                    }
                }
                else
                {
                    File(entry);
                }
            }

            entry = next;
        }
    }

    private void FileEarlier(TimerEntry entry)
    {
        lock (_lock)
        {
            if (!_running)
            {
                _now = ReadClock();
                _running = true;
                _ticker.Start();
            }

            if (entry.ScheduledTick != 0)
            {
                Unlink(entry);
            }

            File(entry);
        }
    }

    private void File(TimerEntry entry)
    {
        long deadline = Volatile.Read(ref entry.DeadlineTick);
        if (deadline == TimerEntry.Never)
        {
            return;
        }

        // Further away than a whole turn: look at it again on the way. Never into the slot being emptied.
        long tick = Math.Clamp(deadline, _now + 1, _now + SlotCount - 1);
        ref TimerEntry? head = ref _slots[tick & SlotMask];
        entry.NextInSlot = head;
        entry.PreviousInSlot = null;
        if (head is not null)
        {
            head.PreviousInSlot = entry;
        }

        head = entry;
        _filed++;
        Volatile.Write(ref entry.ScheduledTick, tick);
    }

    private void Unlink(TimerEntry entry)
    {
        Debug.Assert(entry.ScheduledTick != 0, "The entry is in no slot.");
        if (entry.PreviousInSlot is null)
        {
            _slots[entry.ScheduledTick & SlotMask] = entry.NextInSlot;
        }
        else
        {
            entry.PreviousInSlot.NextInSlot = entry.NextInSlot;
        }

        if (entry.NextInSlot is not null)
        {
            entry.NextInSlot.PreviousInSlot = entry.PreviousInSlot;
        }

        entry.NextInSlot = null;
        entry.PreviousInSlot = null;
        _filed--;
        Volatile.Write(ref entry.ScheduledTick, 0);
    }

    private long ReadClock() => (long)((_time.GetTimestamp() - _origin) / (double)_time.TimestampFrequency * (TimeSpan.TicksPerSecond / (double)Tick.Ticks));
}
