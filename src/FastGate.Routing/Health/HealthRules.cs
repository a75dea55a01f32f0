namespace FastGate.Routing.Health;

/// <summary>The names of <see cref="HealthRule"/>s as they are shown.</summary>
public static class HealthRules
{
    /// <summary>A rule's name.</summary>
    /// <param name="rule">The rule.</param>
    public static string Name(HealthRule rule) => rule switch
    {
        HealthRule.FailuresInARow => "failures_in_a_row",
        HealthRule.ProbesFailed => "probes_failed",
        HealthRule.ErrorRate => "error_rate",
        HealthRule.Latency => "latency",
        HealthRule.RateLimited => "rate_limited",
        HealthRule.TrialFailed => "trial_failed",
        HealthRule.CooldownOver => "cooldown_over",
        HealthRule.SignOfLife => "sign_of_life",
        _ => "recovered",
    };
}
