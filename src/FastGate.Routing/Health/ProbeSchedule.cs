namespace FastGate.Routing.Health;

/// <summary>What is known of a target when its next probe is scheduled. Times in ticks; 0 is never.</summary>
/// <param name="State">The target's state.</param>
/// <param name="Suspected">Whether its last result or probe was a failure and nothing has cleared it since.</param>
/// <param name="LastFailureTicks">When it last failed.</param>
/// <param name="LastResultTicks">When traffic last had a result.</param>
/// <param name="LastProbeTicks">When it was last probed.</param>
/// <param name="BaselineTicks">Its normal p95 first-token time; 0 when unknown.</param>
public readonly record struct ProbeFacts(
    TargetState State, bool Suspected, long LastFailureTicks, long LastResultTicks, long LastProbeTicks, long BaselineTicks);

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
    /// <summary>
    /// The pace of probes on a suspected target, and how long they wait for one that is normally fast: the second failure of a
    /// dead target comes within two of them.
    /// </summary>
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

            // A second is much for most and little for some: a slow model gets twice its normal.
            var patience = new TimeSpan(Math.Max(SuspicionInterval.Ticks, 2 * facts.BaselineTicks));
            return new ProbePlan(suspicion + pace.Ticks, timeout < patience ? timeout : patience);
        }

        long since = facts.State == TargetState.Healthy ? Math.Max(facts.LastResultTicks, facts.LastProbeTicks) : facts.LastProbeTicks;
        return new ProbePlan(since + interval.Ticks, timeout);
    }

    /// <summary>When a key the provider refused is to be probed: every interval while it is out.</summary>
    /// <param name="outSinceTicks">Since when it is out; 0 while it is in use.</param>
    /// <param name="lastProbeTicks">When it was last probed; 0 for never.</param>
    /// <param name="interval"><c>probe.interval</c>; zero is off.</param>
    /// <returns>When; <see cref="long.MaxValue"/> for never.</returns>
    public static long NextForKey(long outSinceTicks, long lastProbeTicks, TimeSpan interval) =>
        outSinceTicks == 0 || interval <= TimeSpan.Zero ? long.MaxValue : Math.Max(outSinceTicks, lastProbeTicks) + interval.Ticks;

    /// <summary>Whether a probe is due.</summary>
    /// <param name="facts">What is known of the target.</param>
    /// <param name="interval"><c>probe.interval</c>; zero is off.</param>
    /// <param name="nowTicks">The time.</param>
    public static bool IsDue(in ProbeFacts facts, TimeSpan interval, long nowTicks) =>
        Next(facts, interval, TimeSpan.Zero, nowTicks).DueTicks <= nowTicks;
}
