using FastGate.Load.Client;
using FastGate.Load.Measuring;

namespace FastGate.Load.Tests.Client;

public sealed class OpenLoopScheduleTests
{
    [Fact]
    public void Starts_are_even_and_do_not_drift()
    {
        var schedule = new OpenLoopSchedule(1000, 3);
        Assert.Equal(1000, schedule.IntendedStart(0));
        Assert.Equal(1000 + (Clock.Second * 1000), schedule.IntendedStart(3000));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7.3)]
    [InlineData(5000)]
    [InlineData(333333)]
    public void The_count_before_a_moment_is_that_of_the_starts_before_it(double rate)
    {
        var schedule = new OpenLoopSchedule(5, rate);
        for (long end = 0; end < 3 * Clock.Second; end += 37_000_003)
        {
            long count = schedule.CountBefore(end);
            Assert.True(schedule.IntendedStart(count) >= end);
            Assert.True(count == 0 || schedule.IntendedStart(count - 1) < end);
        }
    }
}
