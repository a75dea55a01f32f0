using FastGate.Routing.Health;
using FastGate.Routing.Outcomes;

namespace FastGate.Routing.Tests.Health;

public sealed class SignalRingTests
{
    [Fact]
    public void Results_leave_the_window_after_their_time_and_never_come_back()
    {
        SignalRing ring = new();
        for (long second = 100; second < 400; second++)
        {
            ring.AddSuccess(second);
            ring.AddResult(second, FailureClass.Upstream5xx, counts: true);
            (long ok, long failed) = ring.Results(second - 29, second);
            long expected = Math.Min(second - 99, 30);
            Assert.Equal((expected, expected), (ok, failed));
            Assert.Equal(expected, ring.ResultsOf(FailureClass.Upstream5xx, second - 29, second));
        }

        Assert.Equal((0, 0), ring.Results(500, 529));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(87)]
    [InlineData(640)]
    [InlineData(4_000)]
    [InlineData(95_000)]
    public void A_percentile_is_right_within_a_bin(double milliseconds)
    {
        SignalRing ring = new();
        for (int i = 0; i < 1000; i++)
        {
            ring.AddFirstToken(10, (long)(milliseconds * TimeSpan.TicksPerMillisecond * (0.9 + (i * 0.0002))));
        }

        double p95 = TimeSpan.FromTicks(ring.FirstTokenPercentile(0.95, 1, 10, out long samples)).TotalMilliseconds;
        Assert.Equal(1000, samples);
        Assert.InRange(p95, milliseconds * 0.8, milliseconds * 1.3);
    }

    [Fact]
    public async Task Concurrent_additions_are_all_counted()
    {
        SignalRing ring = new();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 50_000; i++)
            {
                ring.AddSuccess(7 + (i / 10_000));
            }
        })));
        Assert.Equal(200_000, ring.Results(7, 11).Ok);
    }
}
