using FastGate.Proxy.Measurement;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Measurement;

public sealed class StripedCounterTests
{
    [Fact]
    public async Task No_addition_is_lost_between_threads()
    {
        var counter = new StripedCounter();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 100_000; i++)
            {
                counter.Increment();
            }

            counter.Add(-5);
        }))).Soon();

        Assert.Equal(800_000 - 40, counter.Value);
    }

    [Fact]
    public void Statuses_are_counted_apart_and_impossible_ones_together()
    {
        var counters = new StatusCounters();
        foreach (int status in new[] { 200, 200, 404, 599, 600, -1, 99999 })
        {
            counters.Count(status);
        }

        Assert.Equal([new(0, 3), new(200, 2), new(404, 1), new(599, 1)], counters.Read());
    }

    [Fact]
    public void Route_keeps_its_counters_when_it_is_configured_again()
    {
        var counters = new RequestCounters();
        counters.Of("chat").Statuses.Count(200);
        counters.Of("chat").Statuses.Count(502);

        Assert.Equal(["", "chat", "direct"], counters.Read().Select(r => r.Route));
        Assert.Equal([new(200, 1), new(502, 1)], counters.Of("chat").Statuses.Read());
    }
}
