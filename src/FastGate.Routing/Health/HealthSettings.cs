namespace FastGate.Routing.Health;

/// <summary>
/// Every number of the health machine (failover.md, 4). Immutable; the defaults are the contract's.
/// </summary>
public sealed record HealthSettings
{
    /// <summary>The defaults.</summary>
    public static HealthSettings Default { get; } = new();

    /// <summary>How far back rates and percentiles look; at most 30 s, in whole seconds.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Results the window must hold before a rate means anything.</summary>
    public int MinimumSamples { get; init; } = 20;

    /// <summary>
    /// Failures, or slow first tokens, the window must hold as well: at twenty results a single failure is five per cent, and
    /// no illness.
    /// </summary>
    public int MinimumFailures { get; init; } = 3;

    /// <summary>Error rate, 0 to 1, from which a target is degraded.</summary>
    public double DegradedErrorRate { get; init; } = 0.02;

    /// <summary>Error rate, 0 to 1, from which a target is failed when held for <see cref="FailedRateHold"/>.</summary>
    public double FailedErrorRate { get; init; } = 0.05;

    /// <summary>How long <see cref="FailedErrorRate"/> must hold.</summary>
    public TimeSpan FailedRateHold { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Failures in a row, with no success begun since the first of them, that make a target failed.</summary>
    public int ConsecutiveFailures { get; init; } = 3;

    /// <summary>Failed probes in a row that make a target failed.</summary>
    public int ConsecutiveProbeFailures { get; init; } = 2;

    /// <summary>A p95 first-token time beyond this many times the target's own baseline makes it degraded.</summary>
    public double DegradedLatencyFactor { get; init; } = 3;

    /// <summary>The p95 must also exceed the baseline by this much, so that microseconds on a local model are no illness.</summary>
    public TimeSpan MinimumLatencyRise { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Time constant with which the baseline follows a healthy target.</summary>
    public TimeSpan BaselineAdaptation { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a degraded target must stay under half the thresholds to be healthy again.</summary>
    public TimeSpan DegradedRecovery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The least share, 0 to 1, left to a degraded target: without traffic nobody would see it recover.</summary>
    public double MinimumDegradedShare { get; init; } = 0.1;

    /// <summary>First cooldown of a failed target.</summary>
    public TimeSpan Cooldown { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest cooldown; each failed trial doubles it up to here.</summary>
    public TimeSpan MaximumCooldown { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Cooldowns vary by this fraction to both sides, 0 to 1, never beyond <see cref="MaximumCooldown"/>.</summary>
    public double CooldownJitter { get; init; } = 0.2;

    /// <summary>A Retry-After replaces the cooldown, but never by more than this: a provider's typing error must not cost a target.</summary>
    public TimeSpan MaximumRetryAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>A target healthy for this long starts its next illness at the first cooldown again.</summary>
    public TimeSpan CooldownMemory { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Shares of a recovering target in thousandths, at most four steps; the last step leads to healthy.</summary>
    public IReadOnlyList<int> RecoveryShares { get; init; } = [50, 250, 500, 1000];

    /// <summary>Successes in a row that end a step of <see cref="RecoveryShares"/>.</summary>
    public int SuccessesPerStep { get; init; } = 3;

    /// <summary>A recovering target is given a request at least this often where there is traffic, however small its share.</summary>
    public TimeSpan RecoveryPace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A trial whose outcome was never reported stops counting as under way after this.</summary>
    public TimeSpan TrialLease { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// In a grey failure (good and bad answers mixed) the state changes at most once in this time. What the state would
    /// do to the target's share happens at once all the same.
    /// </summary>
    public TimeSpan Damping { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A target that falls ill again soon after a grey failure, or amid its return from one, is not believed as quickly the next time: the
    /// damping of changes for the better doubles with each relapse up to here, and half of it the target must have been well at its full
    /// share. Changes for the worse are damped by <see cref="Damping"/> only, which also holds where it is the longer of the two.
    /// </summary>
    public TimeSpan MaximumDamping { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public void Validate()
    {
        Require(Window >= TimeSpan.FromSeconds(1) && Window <= TimeSpan.FromSeconds(30), nameof(Window), "1s to 30s");
        Require(MinimumSamples >= 1, nameof(MinimumSamples), "1 or more");
        Require(MinimumFailures >= 1, nameof(MinimumFailures), "1 or more");
        Require(DegradedErrorRate is > 0 and <= 1, nameof(DegradedErrorRate), "above 0, at most 1");
        Require(FailedErrorRate >= DegradedErrorRate && FailedErrorRate <= 1, nameof(FailedErrorRate), "at least the degraded error rate, at most 1");
        Require(ConsecutiveFailures >= 1, nameof(ConsecutiveFailures), "1 or more");
        Require(ConsecutiveProbeFailures >= 1, nameof(ConsecutiveProbeFailures), "1 or more");
        Require(DegradedLatencyFactor > 1, nameof(DegradedLatencyFactor), "above 1");
        Require(MinimumDegradedShare is > 0 and <= 1, nameof(MinimumDegradedShare), "above 0, at most 1");
        Require(Cooldown > TimeSpan.Zero && MaximumCooldown >= Cooldown, nameof(Cooldown), "above 0, at most the maximum cooldown");
        Require(CooldownJitter is >= 0 and < 1, nameof(CooldownJitter), "0 or more, below 1");
        bool sharesFit = RecoveryShares.Count is >= 1 and <= 4 && RecoveryShares.All(share => share is >= 1 and <= 1000);
        Require(sharesFit, nameof(RecoveryShares), "one to four steps of 1 to 1000");
        Require(SuccessesPerStep >= 1, nameof(SuccessesPerStep), "1 or more");
        Require(RecoveryPace > TimeSpan.Zero, nameof(RecoveryPace), "above 0");
        Require(TrialLease > TimeSpan.Zero, nameof(TrialLease), "above 0");
        Require(Damping >= TimeSpan.Zero, nameof(Damping), "0 or more");
        Require(MaximumDamping >= TimeSpan.Zero, nameof(MaximumDamping), "0 or more");
    }

    private static void Require(bool holds, string name, string range)
    {
        if (!holds)
        {
            throw new ArgumentException($"{name} must be {range}.", name);
        }
    }
}
