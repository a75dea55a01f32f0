using FastGate.Configuration.Reading;
using FastGate.Routing.Health;

namespace FastGate.Configuration.Keys;

/// <summary>The keys of <c>health</c> and of <c>retry_budget</c>.</summary>
internal static class HealthKeys
{
    private const int FullShare = 1000;
    private const int MostSteps = 4;

    private static readonly DurationShape Duration = new(TimeSpan.Zero, TimeSpan.FromHours(24));
    private static readonly DurationShape Positive = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(24));
    private static readonly DecimalShape Part = new(0, 1, above: true);
    private static readonly NumberShape Count = new(1, 1_000_000);

    /// <summary>The budget of retries.</summary>
    public static readonly Section<RetryBudgetConfig> RetryBudget = new Section<RetryBudgetConfig>(
            "retry_budget", "How many attempts the gateway may add to its requests, all routes together, so that retries do not become a storm.", new RetryBudgetConfig())
        .Key("share", new DecimalShape(0, 1), b => b.Share, (b, v) => b with { Share = v },
            "Retries per request of the last ten seconds.")
        .Key("minimum_per_second", new NumberShape(0, 1_000_000), b => b.MinimumPerSecond, (b, v) => b with { MinimumPerSecond = v ?? b.MinimumPerSecond },
            "Retries allowed in any second, however little traffic there is.");

    /// <summary>The health machine's numbers.</summary>
    public static readonly Section<HealthSettings> Section = new Section<HealthSettings>(
            "health", "When a target counts as degraded or failed, and how it comes back: see [routing](routing.md#health). The defaults suit most.", HealthSettings.Default)
        .Key("window", new DurationShape(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30)), h => h.Window, (h, v) => h with { Window = v },
            "How far back error rates and percentiles look, in whole seconds.")
        .Key("minimum_samples", Count, h => h.MinimumSamples, (h, v) => h with { MinimumSamples = v ?? h.MinimumSamples },
            "Results the window must hold before a rate means anything.")
        .Key("minimum_failures", Count, h => h.MinimumFailures, (h, v) => h with { MinimumFailures = v ?? h.MinimumFailures },
            "Failures in the window before an error rate says anything, however little traffic there is.")
        .Key("degraded_error_rate", Part, h => h.DegradedErrorRate, (h, v) => h with { DegradedErrorRate = v },
            "The error rate from which a target is degraded.")
        .Key("failed_error_rate", Part, h => h.FailedErrorRate, (h, v) => h with { FailedErrorRate = v },
            "The error rate from which a target is failed, once it held for `failed_rate_hold`; at least `degraded_error_rate`.")
        .Key("failed_rate_hold", Duration, h => h.FailedRateHold, (h, v) => h with { FailedRateHold = v },
            "How long `failed_error_rate` must hold.")
        .Key("consecutive_failures", Count, h => h.ConsecutiveFailures, (h, v) => h with { ConsecutiveFailures = v ?? h.ConsecutiveFailures },
            "Failures in a row that make a target failed.")
        .Key("consecutive_probe_failures", Count, h => h.ConsecutiveProbeFailures, (h, v) => h with { ConsecutiveProbeFailures = v ?? h.ConsecutiveProbeFailures },
            "Failed probes in a row that make a target failed.")
        .Key("degraded_latency_factor", new DecimalShape(1, 1000, above: true), h => h.DegradedLatencyFactor, (h, v) => h with { DegradedLatencyFactor = v },
            "A 95th percentile of the first-token time beyond this many times the target's own baseline makes it degraded.")
        .Key("minimum_latency_rise", Duration, h => h.MinimumLatencyRise, (h, v) => h with { MinimumLatencyRise = v },
            "The percentile must exceed the baseline by this much as well.")
        .Key("baseline_adaptation", Positive, h => h.BaselineAdaptation, (h, v) => h with { BaselineAdaptation = v },
            "The time constant with which the baseline follows a healthy target.")
        .Key("degraded_recovery", Duration, h => h.DegradedRecovery, (h, v) => h with { DegradedRecovery = v },
            "How long a degraded target must stay under half the thresholds to be healthy again.")
        .Key("minimum_degraded_share", Part, h => h.MinimumDegradedShare, (h, v) => h with { MinimumDegradedShare = v },
            "The least part of its traffic that is left to a degraded target.")
        .Key("cooldown", Positive, h => h.Cooldown, (h, v) => h with { Cooldown = v },
            "How long a failed target is left alone at first.")
        .Key("maximum_cooldown", Positive, h => h.MaximumCooldown, (h, v) => h with { MaximumCooldown = v },
            "How long at most; each failed trial doubles the cooldown up to here.")
        .Key("cooldown_jitter", new DecimalShape(0, 0.99), h => h.CooldownJitter, (h, v) => h with { CooldownJitter = v },
            "The part by which a cooldown may be shorter or longer.")
        .Key("retry_after_max", Duration, h => h.MaximumRetryAfter, (h, v) => h with { MaximumRetryAfter = v },
            "A `Retry-After` replaces the cooldown, but by no more than this.")
        .Key("cooldown_memory", Duration, h => h.CooldownMemory, (h, v) => h with { CooldownMemory = v },
            "A target healthy for this long starts its next illness at the first cooldown again.")
        .Key("recovery_shares", new ListShape<double>(new DecimalShape(0.001, 1), () => 1, allowSingle: true),
            h => [.. h.RecoveryShares.Select(share => (double)share / FullShare)],
            (h, v) => h with { RecoveryShares = [.. v.Select(share => (int)Math.Round(share * FullShare))] },
            "The parts of its traffic a recovering target is given, step by step; one to four, rising.")
        .Key("successes_per_step", Count, h => h.SuccessesPerStep, (h, v) => h with { SuccessesPerStep = v ?? h.SuccessesPerStep },
            "Successes in a row that end a step; the last step leads to healthy.")
        .Key("recovery_pace", Positive, h => h.RecoveryPace, (h, v) => h with { RecoveryPace = v },
            "A recovering target gets a request at least this often where there is traffic, however small its share.")
        .Key("trial_lease", Positive, h => h.TrialLease, (h, v) => h with { TrialLease = v },
            "A trial whose outcome was never heard of stops counting as under way after this.")
        .Key("damping", Duration, h => h.Damping, (h, v) => h with { Damping = v },
            "In a grey failure, good and bad answers mixed, the state changes at most once in this time.")
        .Key("maximum_damping", Duration, h => h.MaximumDamping, (h, v) => h with { MaximumDamping = v },
            "With each relapse soon after a grey failure or amid the return from one, changes for the better are damped twice as long, up to here.")
        .Completed(Complete);

    private static HealthSettings Complete(HealthSettings health, IReadOnlySet<string> written, string path, ConfigReading reading)
    {
        if (health.Window.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            reading.Report(KeyPath.Of(path, "window"), "is not in whole seconds; write for example 10s");
        }

        if (health.FailedErrorRate < health.DegradedErrorRate)
        {
            string key = written.Contains("failed_error_rate") ? "failed_error_rate" : "degraded_error_rate";
            reading.Report(KeyPath.Of(path, key), "'failed_error_rate' is below 'degraded_error_rate'; a target is degraded before it is failed, so raise the one or lower the other");
        }

        if (health.MaximumCooldown < health.Cooldown)
        {
            string key = written.Contains("maximum_cooldown") ? "maximum_cooldown" : "cooldown";
            reading.Report(KeyPath.Of(path, key), "'maximum_cooldown' is shorter than 'cooldown'; raise the one or lower the other");
        }

        IReadOnlyList<int> shares = health.RecoveryShares;
        if (shares.Count > MostSteps || shares.Zip(shares.Skip(1)).Any(pair => pair.Second <= pair.First))
        {
            reading.Report(KeyPath.Of(path, "recovery_shares"), $"must be one to {MostSteps} steps, each larger than the one before, such as [0.05, 0.25, 0.5, 1]");
        }

        return health;
    }
}
