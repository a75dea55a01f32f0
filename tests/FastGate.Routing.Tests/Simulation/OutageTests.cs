using FastGate.Outages.Report;
using FastGate.Outages.Simulation;

namespace FastGate.Routing.Tests.Simulation;

/// <summary>The three outages that made this category, and the numbers to reach in them.</summary>
public sealed class OutageTests
{
    [Fact]
    public void A_hard_outage_of_an_hour_costs_no_client_anything()
    {
        OutageResult result = KnownOutages.HardOutage(seed: 11);
        string report = OutageTable.Render(result);
        Assert.True(result.Detection <= TimeSpan.FromSeconds(1), report);
        Assert.True(result.FailedBeforeDetection <= 5, report);
        Assert.True(result.ClientErrors == 0, report);
        Assert.True(result.Flaps == 0, report);
        Assert.True(result.TargetBack <= TimeSpan.FromSeconds(30), report);
        Assert.True(result.LongestTrialBurst == 1, report);

        // An hour of cooldowns of 12 to 15 s, and the short ones at the beginning.
        Assert.True(result.AttemptsOnSick <= 310, report);
        Assert.True(result.AddedAttempts <= 310, report);
    }

    [Fact]
    public void A_partial_degradation_of_four_hours_is_shifted_away_without_flapping()
    {
        for (int seed = 12; seed < 15; seed++)
        {
            ShiftsAway(KnownOutages.PartialDegradation(seed));
        }
    }

    private static void ShiftsAway(OutageResult result)
    {
        string report = OutageTable.Render(result);
        Assert.True(result.ClientErrors == 0, report);
        Assert.True(result.ShortestBetweenChanges >= TimeSpan.FromSeconds(9.9), report);

        // In four hours: taken for healthy while it is only a little ill, at both ends; and a change every two minutes.
        Assert.True(result.Flaps <= 12, report);
        Assert.True(result.StateChanges <= 130, report);
        Assert.True(result.FirstTokenP99 < TimeSpan.FromSeconds(11), report);
        Assert.True(result.TargetBack <= TimeSpan.FromSeconds(60), report);

        // Of 72,000 requests in two bad hours.
        Assert.True(result.AttemptsOnSick < 8_000, report);
    }

    [Fact]
    public void A_wall_of_rate_limits_for_forty_minutes_is_seen_by_trials_only()
    {
        OutageResult result = KnownOutages.RateLimitWall(seed: 13);
        string report = OutageTable.Render(result);
        Assert.True(result.ClientErrors == 0, report);
        Assert.True(result.Detection <= TimeSpan.FromSeconds(1), report);
        Assert.True(result.TargetBack <= TimeSpan.FromSeconds(30), report);
        Assert.True(result.AttemptsOnSick <= 250, report);
        Assert.True(result.Flaps == 0, report);
    }
}
