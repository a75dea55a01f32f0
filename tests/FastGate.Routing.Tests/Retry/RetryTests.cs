using FastGate.Routing.Retry;
using FastGate.Routing.Timing;

namespace FastGate.Routing.Tests.Retry;

public sealed class RetryTests
{
    private const long Second = TimeSpan.TicksPerSecond;

    [Fact]
    public void Waits_are_spread_over_the_whole_jitter_and_the_last_one_serves_all_further_tries()
    {
        BackoffSchedule schedule = new(new RetrySettings());
        RequestRandom random = new(1);
        double[] expected = [100, 500, 2000, 2000, 2000];
        for (int retry = 0; retry < expected.Length; retry++)
        {
            double[] waits = [.. Enumerable.Range(0, 500).Select(_ => schedule.WaitTicks(retry, ref random) / (double)TimeSpan.TicksPerMillisecond)];
            Assert.InRange(waits.Min(), expected[retry] * 0.8, expected[retry] * 0.83);
            Assert.InRange(waits.Max(), expected[retry] * 1.17, expected[retry] * 1.2);
        }
    }

    [Fact]
    public void Ten_retries_a_second_are_allowed_whatever_the_traffic()
    {
        RetryBudget budget = new();
        for (long second = 100; second < 110; second++)
        {
            Assert.Equal(10, Enumerable.Range(0, 50).Count(_ => budget.TryTake(second * Second)));
        }

        Assert.Equal(400, budget.Refused);
    }

    [Fact]
    public void A_fifth_of_recent_requests_may_be_retried_and_no_more()
    {
        RetryBudget budget = new();
        int granted = 0;
        for (long second = 100; second < 130; second++)
        {
            for (int i = 0; i < 1000; i++)
            {
                budget.RequestBegun(second * Second);
                granted += budget.TryTake(second * Second) ? 1 : 0;
            }
        }

        Assert.InRange(granted, 5900, 6300);
    }

    [Fact]
    public async Task Takers_on_several_threads_never_take_more_than_there_is()
    {
        RetryBudget budget = new(0, 1000);
        int granted = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 5000; i++)
            {
                if (budget.TryTake(100 * Second))
                {
                    Interlocked.Increment(ref granted);
                }
            }
        })));
        Assert.InRange(granted, 990, 1000);
    }
}
