using System.Text.Json;
using FastGate.Configuration;
using FastGate.Configuration.Keys;
using FastGate.Routing.Health;
using FastGate.Routing.Retry;

namespace FastGate.Tests.Configuration.Keys;

public class HealthKeysTests
{
    private readonly ConfigText _config = new();

    [Fact]
    public void Every_number_of_the_health_machine_has_a_key()
    {
        IEnumerable<string> numbers = typeof(HealthSettings).GetProperties()
            .Where(property => property.SetMethod is not null)
            .Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name))
            // The contract's word for the bound of a Retry-After.
            .Select(name => name == "maximum_retry_after" ? "retry_after_max" : name);

        Assert.Equal(numbers, HealthKeys.Section.Keys.Select(key => key.Name));
    }

    [Fact]
    public void Nothing_written_is_the_default()
    {
        GatewayConfig config = _config.Valid($"health: {{}}\nretry_budget: {{}}\n{ConfigText.OneProvider}");

        Assert.Equal(HealthSettings.Default, config.Health);
        Assert.Equal(new RetryBudgetConfig { Share = 0.2, MinimumPerSecond = 10 }, config.RetryBudget);
    }

    [Theory]
    [InlineData("""
        { window: 1s, minimum_samples: 1, degraded_error_rate: 0.0001, failed_error_rate: 0.0001, failed_rate_hold: 0, consecutive_failures: 1,
          consecutive_probe_failures: 1, degraded_latency_factor: 1.01, minimum_latency_rise: 0, baseline_adaptation: 1ms, degraded_recovery: 0,
          minimum_degraded_share: 0.001, cooldown: 1ms, maximum_cooldown: 1ms, cooldown_jitter: 0, retry_after_max: 0, cooldown_memory: 0,
          recovery_shares: 0.001, successes_per_step: 1, recovery_pace: 1ms, trial_lease: 1ms, damping: 0, maximum_damping: 0 }
        """)]
    [InlineData("""
        { window: 30s, minimum_samples: 1000000, degraded_error_rate: 1, failed_error_rate: 1, failed_rate_hold: 24h, consecutive_failures: 1000000,
          consecutive_probe_failures: 1000000, degraded_latency_factor: 1000, minimum_latency_rise: 24h, baseline_adaptation: 24h, degraded_recovery: 24h,
          minimum_degraded_share: 1, cooldown: 24h, maximum_cooldown: 24h, cooldown_jitter: 0.99, retry_after_max: 24h, cooldown_memory: 24h,
          recovery_shares: [0.25, 0.5, 0.75, 1], successes_per_step: 1000000, recovery_pace: 24h, trial_lease: 24h, damping: 24h, maximum_damping: 24h }
        """)]
    public void The_extremes_are_extremes_to_routing_too(string health) => _config.Valid($"health: {health}\n{ConfigText.OneProvider}").Health.Validate();

    [Fact]
    public void Values_reach_the_settings_of_their_name()
    {
        HealthSettings health = _config.Valid($$"""
            health:
              window: 20s
              minimum_samples: 21
              degraded_error_rate: 0.22
              failed_error_rate: 0.23
              failed_rate_hold: 24s
              consecutive_failures: 25
              consecutive_probe_failures: 26
              degraded_latency_factor: 27.5
              minimum_latency_rise: 28ms
              baseline_adaptation: 29s
              degraded_recovery: 30s
              minimum_degraded_share: 0.31
              cooldown: 32s
              maximum_cooldown: 33s
              cooldown_jitter: 0.34
              retry_after_max: 35s
              cooldown_memory: 36s
              recovery_shares: [0.37, 0.999]
              successes_per_step: 38
              recovery_pace: 39s
              trial_lease: 40s
              damping: 41s
              maximum_damping: 42s
            {{ConfigText.OneProvider}}
            """).Health;

        Assert.Equal([370, 999], health.RecoveryShares);
        Assert.Equal(
            new HealthSettings
            {
                Window = TimeSpan.FromSeconds(20),
                MinimumSamples = 21,
                DegradedErrorRate = 0.22,
                FailedErrorRate = 0.23,
                FailedRateHold = TimeSpan.FromSeconds(24),
                ConsecutiveFailures = 25,
                ConsecutiveProbeFailures = 26,
                DegradedLatencyFactor = 27.5,
                MinimumLatencyRise = TimeSpan.FromMilliseconds(28),
                BaselineAdaptation = TimeSpan.FromSeconds(29),
                DegradedRecovery = TimeSpan.FromSeconds(30),
                MinimumDegradedShare = 0.31,
                Cooldown = TimeSpan.FromSeconds(32),
                MaximumCooldown = TimeSpan.FromSeconds(33),
                CooldownJitter = 0.34,
                MaximumRetryAfter = TimeSpan.FromSeconds(35),
                CooldownMemory = TimeSpan.FromSeconds(36),
                RecoveryShares = health.RecoveryShares,
                SuccessesPerStep = 38,
                RecoveryPace = TimeSpan.FromSeconds(39),
                TrialLease = TimeSpan.FromSeconds(40),
                Damping = TimeSpan.FromSeconds(41),
                MaximumDamping = TimeSpan.FromSeconds(42),
            },
            health);
    }

    [Theory]
    [InlineData("health: { window: 1500ms }", "1:19: health.window: is not in whole seconds; write for example 10s")]
    [InlineData("health: { window: 31s }", "1:19: health.window: '31s' is out of range; write a duration from 1s to 30s")]
    [InlineData("health: { degraded_error_rate: 2% }", "1:32: health.degraded_error_rate: '2%' is not a number above 0, at most 1")]
    [InlineData("health: { degraded_error_rate: 0 }", "1:32: health.degraded_error_rate: '0' is not a number above 0, at most 1")]
    [InlineData("health: { degraded_error_rate: 0.1 }", "1:32: health.degraded_error_rate: 'failed_error_rate' is below 'degraded_error_rate'")]
    [InlineData("health: { degraded_error_rate: 0.1, failed_error_rate: 0.05 }", "1:56: health.failed_error_rate: 'failed_error_rate' is below 'degraded_error_rate'")]
    [InlineData("health: { cooldown: 20s }", "1:21: health.cooldown: 'maximum_cooldown' is shorter than 'cooldown'")]
    [InlineData("health: { cooldown: 0 }", "1:21: health.cooldown: '0' is out of range")]
    [InlineData("health: { cooldown_jitter: 1 }", "1:28: health.cooldown_jitter: '1' is not a number from 0 to 0.99")]
    [InlineData("health: { degraded_latency_factor: 1 }", "1:36: health.degraded_latency_factor: '1' is not a number above 1, at most 1000")]
    [InlineData("health: { recovery_shares: [0.1, 0.2, 0.3, 0.4, 0.5] }", "1:28: health.recovery_shares: must be one to 4 steps, each larger than the one before, such as [0.05, 0.25, 0.5, 1]")]
    [InlineData("health: { recovery_shares: [0.5, 0.25] }", "1:28: health.recovery_shares: must be one to 4 steps, each larger")]
    [InlineData("health: { recovery_shares: [0.5, 50] }", "1:34: health.recovery_shares[1]: '50' is not a number from 0.001 to 1")]
    [InlineData("health: { colldown: 1s }", "1:11: health.colldown: unknown key 'colldown'; did you mean 'cooldown'?")]
    [InlineData("retry_budget: 0.2", "1:15: retry_budget: expects keys and values, found a single value; the keys known here are share, minimum_per_second")]
    [InlineData("retry_budget: { share: 20 }", "1:24: retry_budget.share: '20' is not a number from 0 to 1")]
    [InlineData("retry_budget: { minimum_per_second: 0.5 }", "1:37: retry_budget.minimum_per_second: '0.5' is not a whole number from 0 to 1000000")]
    public void Mistakes_are_explained(string text, string expected) => Assert.StartsWith(expected, _config.Error($"{text}\n{ConfigText.OneProvider}"));

    [Theory]
    [InlineData("{ share: 0, minimum_per_second: 0 }", 0, 0)]
    [InlineData("{ share: 1, minimum_per_second: 1000000 }", 1, 1_000_000)]
    public void A_retry_budget_is_one_routing_takes(string budget, double share, int minimum)
    {
        RetryBudgetConfig read = _config.Valid($"retry_budget: {budget}\n{ConfigText.OneProvider}").RetryBudget;

        Assert.Equal((share, minimum), (read.Share, read.MinimumPerSecond));
        Assert.Equal(0, new RetryBudget(read.Share, read.MinimumPerSecond).Refused);
    }
}
