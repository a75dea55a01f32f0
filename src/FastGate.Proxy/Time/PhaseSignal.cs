namespace FastGate.Proxy.Time;

/// <summary>
/// A deadline for the phase that something is in, a limit over several phases, and the end of a wait when one of them passes. Used again
/// for every phase, so none needs a timer or a cancellation source of its own. Armed by the one flow that waits.
/// </summary>
internal abstract class PhaseSignal(TimerWheel wheel) : TimerEntry
{
    private long _armed = Never;
    private long _limit = Never;

    /// <summary>Whether the armed deadline, or the limit, has passed.</summary>
    internal bool Expired => _armed != Never && wheel.Now >= _armed;

    /// <summary>Whether the limit (not just the phase's deadline) has passed.</summary>
    internal bool LimitExpired => _limit != Never && wheel.Now >= _limit;

    /// <summary>The current tick of the wheel.</summary>
    internal long Now => wheel.Now;

    /// <summary>Gives the current phase this long, but never longer than the limit allows.</summary>
    internal void Arm(TimeSpan duration)
    {
        long tick = duration == Timeout.InfiniteTimeSpan ? Never : wheel.Now + TimerWheel.TicksOf(duration);
        _armed = Math.Min(tick, _limit);
        wheel.ArmAt(this, _armed);
    }

    /// <summary>Moves the current phase's deadline back by time that was not the phase's, but never behind the limit.</summary>
    internal void Postpone(long ticks)
    {
        if (_armed != Never)
        {
            _armed = Math.Min(_armed + ticks, _limit);
            wheel.ArmAt(this, _armed);
        }
    }

    /// <summary>Sets a limit over several phases; infinite takes it away. The next <see cref="Arm"/> obeys it.</summary>
    internal void Limit(TimeSpan duration) => Limit(duration, wheel.Now);

    /// <summary>The same, counted from an earlier tick.</summary>
    internal void Limit(TimeSpan duration, long since) => _limit = duration == Timeout.InfiniteTimeSpan ? Never : since + TimerWheel.TicksOf(duration);

    /// <summary>Takes every deadline away.</summary>
    internal void Disarm()
    {
        _limit = Never;
        if (_armed != Never)
        {
            _armed = Never;
            TimerWheel.Disarm(this);
        }
    }

    /// <summary>The wheel forgets an entry.</summary>
    protected void Unfile(TimerEntry entry) => wheel.Remove(entry);
}
