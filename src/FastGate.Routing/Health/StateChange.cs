using FastGate.Routing.Outcomes;

namespace FastGate.Routing.Health;

/// <summary>One change of a target's state.</summary>
/// <param name="Target">The target's name.</param>
/// <param name="From">The state it left.</param>
/// <param name="To">The state it is in.</param>
/// <param name="AtTicks">When, in ticks of <see cref="Timing.MonotonicClock"/>.</param>
/// <param name="Cause">The class of failure that led there; <see cref="FailureClass.None"/> for changes for the better.</param>
/// <param name="Signal">Which rule applied.</param>
public readonly record struct StateChange(string Target, TargetState From, TargetState To, long AtTicks, FailureClass Cause, HealthRule Signal);

/// <summary>The rules of failover.md, 4 that change a state.</summary>
public enum HealthRule : byte
{
    /// <summary>Failures in a row.</summary>
    FailuresInARow,

    /// <summary>Probes that failed in a row.</summary>
    ProbesFailed,

    /// <summary>The error rate, held.</summary>
    ErrorRate,

    /// <summary>First-token time against the baseline.</summary>
    Latency,

    /// <summary>Rate limits in a row with no key left.</summary>
    RateLimited,

    /// <summary>A recovering target failed.</summary>
    TrialFailed,

    /// <summary>The cooldown is over and a trial was let through.</summary>
    CooldownOver,

    /// <summary>A probe, or a last-chance attempt, succeeded.</summary>
    SignOfLife,

    /// <summary>All recovery steps were taken, or the thresholds stayed far enough away.</summary>
    Recovered,
}

/// <summary>Hears of state changes and incidents. Everything is called under the target's lock: hand over and return.</summary>
public interface IHealthListener
{
    /// <summary>A target's state changed.</summary>
    /// <param name="change">The change.</param>
    void StateChanged(in StateChange change);

    /// <summary>An incident opened; the state has not changed yet.</summary>
    /// <param name="incident">The incident.</param>
    void IncidentOpened(Incident incident);

    /// <summary>An incident closed: the target is healthy again.</summary>
    /// <param name="incident">The incident.</param>
    void IncidentClosed(Incident incident);

    /// <summary>The first request of a plan that the target of an incident failed was answered by another attempt.</summary>
    /// <param name="incident">The incident.</param>
    /// <param name="plan">The plan's name: a route, or the target that the request named.</param>
    /// <param name="duration">Since the incident's first failure.</param>
    void RouteRecovered(Incident incident, string plan, TimeSpan duration);
}
