namespace FastGate.Routing.Health;

/// <summary>What is known of a target when its next probe is scheduled. Times in ticks; 0 is never.</summary>
/// <param name="State">The target's state.</param>
/// <param name="Suspected">Whether its last result or probe was a failure and nothing has cleared it since.</param>
/// <param name="LastFailureTicks">When it last failed.</param>
/// <param name="LastResultTicks">When traffic last had a result.</param>
/// <param name="LastProbeTicks">When it was last probed.</param>
public readonly record struct ProbeFacts(TargetState State, bool Suspected, long LastFailureTicks, long LastResultTicks, long LastProbeTicks);

/// <summary>When to probe a target actively, and how long to wait for it.</summary>
/// <param name="DueTicks">When; <see cref="long.MaxValue"/> for never. A time gone by means now.</param>
/// <param name="Timeout">How long the probe may take before it counts as failed.</param>
public readonly record struct ProbePlan(long DueTicks, TimeSpan Timeout);

/// <summary>
/// The probe rules of failover.md, 4 as pure functions: every interval on idle or non-healthy targets, every second on a
/// target just suspected, not at all where traffic is fresh and fine.
/// </summary>
public static class ProbeSchedule
{
    /// <summary>The pace, and the longest wait, of probes on a suspected target: suspicion is settled within two of them.</summary>
    public static TimeSpan SuspicionInterval => TimeSpan.FromSeconds(1);

    /// <summary>How long after its last failure a target still counts as just suspected.</summary>
    public static TimeSpan SuspicionMemory => TimeSpan.FromSeconds(10);

    /// <summary>Decides the next probe.</summary>
    /// <param name="facts">What is known of the target.</param>
    /// <param name="interval"><c>probe.interval</c>; zero is off.</param>
    /// <param name="timeout"><c>probe.timeout</c>.</param>
    /// <param name="nowTicks">The time.</param>
    public static ProbePlan Next(in ProbeFacts facts, TimeSpan interval, TimeSpan timeout, long nowTicks)
    {
        if (interval <= TimeSpan.Zero)
        {
            return new ProbePlan(long.MaxValue, timeout);
        }

        bool working = facts.State is TargetState.Healthy or TargetState.Degraded;
        if (working && facts.Suspected && nowTicks - facts.LastFailureTicks < SuspicionMemory.Ticks)
        {
            // From the later of failure and probe: the probe that raised the suspicion is not repeated at once.
            long suspicion = Math.Max(facts.LastFailureTicks, facts.LastProbeTicks);
            TimeSpan pace = interval < SuspicionInterval ? interval : SuspicionInterval;
            return new ProbePlan(suspicion + pace.Ticks, timeout < SuspicionInterval ? timeout : SuspicionInterval);
        }

        long since = facts.State == TargetState.Healthy ? Math.Max(facts.LastResultTicks, facts.LastProbeTicks) : facts.LastProbeTicks;
        return new ProbePlan(since + interval.Ticks, timeout);
    }

    /// <summary>Whether a probe is due.</summary>
    /// <param name="facts">What is known of the target.</param>
    /// <param name="interval"><c>probe.interval</c>; zero is off.</param>
    /// <param name="nowTicks">The time.</param>
    public static bool IsDue(in ProbeFacts facts, TimeSpan interval, long nowTicks) =>
        Next(facts, interval, TimeSpan.Zero, nowTicks).DueTicks <= nowTicks;
}
