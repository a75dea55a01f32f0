using FastGate.Routing.Outcomes;

namespace FastGate.Routing.Health;

/// <summary>
/// From the first failure that led out of <see cref="TargetState.Healthy"/> until the target is healthy again.
/// Times are ticks of <see cref="Timing.MonotonicClock"/>; 0 means not yet.
/// </summary>
public sealed class Incident
{
    private long _routeRecoveredTicks;
    private long _rescued;
    private long _lost;

    internal Incident(string target, long firstFailureTicks, long outOfRotationTicks, FailureClass cause, HealthRule rule, in PendingIncident pending)
    {
        Target = target;
        FirstFailureTicks = firstFailureTicks;
        OutOfRotationTicks = outOfRotationTicks;
        Cause = cause;
        Rule = rule;
        _rescued = pending.Rescued;
        _lost = pending.Lost;

        // A request rescued before what counts as the first failure belongs to an older, isolated one.
        _routeRecoveredTicks = pending.RouteRecoveredTicks >= firstFailureTicks ? pending.RouteRecoveredTicks : 0;
    }

    /// <summary>The target's name.</summary>
    public string Target { get; }

    /// <summary>The class of the failure that opened it.</summary>
    public FailureClass Cause { get; }

    /// <summary>The rule that opened it.</summary>
    public HealthRule Rule { get; }

    /// <summary>When the first failure was seen.</summary>
    public long FirstFailureTicks { get; }

    /// <summary>When the target left <see cref="TargetState.Healthy"/>, and with it lost all or part of its traffic.</summary>
    public long OutOfRotationTicks { get; }

    /// <summary>When the target was healthy again; 0 while the incident is open.</summary>
    public long ClosedTicks { get; internal set; }

    /// <summary>Whether good and bad answers were mixed, so that state changes were damped.</summary>
    public bool Grey { get; internal set; }

    /// <summary>State changes since it opened.</summary>
    public int StateChanges { get; internal set; }

    /// <summary>First failure to out of rotation.</summary>
    public TimeSpan Detection => new(OutOfRotationTicks - FirstFailureTicks);

    /// <summary>Requests that failed here and were answered by another attempt.</summary>
    public long Rescued => Volatile.Read(ref _rescued);

    /// <summary>Requests that failed here and were not answered.</summary>
    public long Lost => Volatile.Read(ref _lost);

    /// <summary>First failure to the first request, having failed here, that was answered by any target; null until then.</summary>
    public TimeSpan? RouteRecovery
    {
        get
        {
            long recovered = Volatile.Read(ref _routeRecoveredTicks);
            return recovered == 0 ? null : new TimeSpan(recovered - FirstFailureTicks);
        }
    }

    /// <summary>First failure to healthy again; null while open.</summary>
    public TimeSpan? TargetRecovery => ClosedTicks == 0 ? null : new TimeSpan(ClosedTicks - FirstFailureTicks);

    internal void RequestRescued(long nowTicks)
    {
        Interlocked.Increment(ref _rescued);
        Interlocked.CompareExchange(ref _routeRecoveredTicks, nowTicks, 0);
    }

    internal void RequestLost() => Interlocked.Increment(ref _lost);
}

/// <summary>What is counted between a first failure and the incident it may become.</summary>
internal struct PendingIncident
{
    internal long Rescued;
    internal long Lost;
    internal long RouteRecoveredTicks;
}
