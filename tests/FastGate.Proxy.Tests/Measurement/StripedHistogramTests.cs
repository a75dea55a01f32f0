using FastGate.Proxy.Measurement;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Views;

namespace FastGate.Proxy.Tests.Measurement;

public sealed class StripedHistogramTests
{
    public static TheoryData<string> Kinds => new("OwnWork", "Calls", "FirstTokens", "Reactions");

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Duration_falls_into_the_first_bucket_whose_bound_is_not_below_it(string kind)
    {
        HistogramBuckets buckets = Of(kind);
        long[] bounds = [.. buckets.BoundsSeconds.Select(bound => (long)Math.Round(bound * 1e9))];
        Assert.Equal(bounds.Order().Distinct(), bounds);
        var random = new Random(1);
        IEnumerable<long> durations = bounds.SelectMany(bound => new[] { bound - 1, bound, bound + 1 })
            .Concat([0, 1, long.MaxValue])
            .Concat(Enumerable.Range(0, 10_000).Select(_ => random.NextInt64(1L << random.Next(1, 62))));
        foreach (long duration in durations)
        {
            int expected = Array.FindIndex(bounds, bound => duration <= bound);
            int actual = buckets.IndexOf(duration);
            Assert.True((expected < 0 ? bounds.Length : expected) == actual, $"{duration} ns is in bucket {actual}");
        }
    }

    [Fact]
    public void Sum_and_counts_are_those_of_what_was_observed()
    {
        var histogram = new StripedHistogram(HistogramBuckets.OwnWork);
        histogram.Observe(900);
        histogram.Observe(1_000);
        histogram.Observe(1_001);
        histogram.Observe(-5);
        histogram.Observe(TimeSpan.FromSeconds(2));

        HistogramView read = histogram.Read();

        Assert.Equal(5, read.Count);
        Assert.Equal((3, 1), (read.Counts[0], read.Counts[1]));
        Assert.Equal(1, read.Counts[^1]);
        Assert.Equal(2.000002901, read.SumSeconds, 9);
    }

    [Fact]
    public async Task No_observation_is_lost_between_threads()
    {
        var histogram = new StripedHistogram(HistogramBuckets.Calls);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 50_000; i++)
            {
                histogram.Observe(1_000_000L * thread);
            }
        }))).Soon();

        HistogramView read = histogram.Read();
        Assert.Equal(400_000, read.Count);
        Assert.Equal(50_000 * 28 / 1000.0, read.SumSeconds, 6);
    }

    private static HistogramBuckets Of(string kind) => kind switch
    {
        "OwnWork" => HistogramBuckets.OwnWork,
        "Calls" => HistogramBuckets.Calls,
        "FirstTokens" => HistogramBuckets.FirstTokens,
        _ => HistogramBuckets.Reactions,
    };
}
