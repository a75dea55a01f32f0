using FastGate.Load.Compare;

namespace FastGate.Load.Tests.Compare;

public sealed class RunProgressTests
{
    [Theory]
    [InlineData(600, 0, 0, "10 min 0 s")]
    // Too early to tell a pace.
    [InlineData(600, 10, 40, "9 min 50 s")]
    // Twice as slow as planned so far.
    [InlineData(600, 300, 600, "10 min 0 s")]
    [InlineData(600, 590, 590, "10 s")]
    [InlineData(600, 700, 700, "0 s")]
    public void Time_left_follows_the_pace_so_far(double planned, double done, double elapsed, string left) =>
        Assert.Equal(left, RunProgress.Left(planned, done, elapsed));

    [Fact]
    public void Plan_counts_rounds_warm_up_and_everybody_who_takes_part()
    {
        var scenario = new Scenario { Name = "a", Title = "a", Kind = ScenarioKind.Open, Upstream = "nginx", Rate = 1, Seconds = 4, WarmupSeconds = 1 };
        double one = RunProgress.Seconds(scenario, 1, CompareOptions.Parse([]));
        Assert.InRange(one, 5 * 5, (5 * 5) + 10);
        Assert.Equal(2 * (one - 1), RunProgress.Seconds(scenario, 2, CompareOptions.Parse([])) - 1, 6);
    }
}
