using FastGate.Load.Measuring;
using FsCheck;
using FsCheck.Fluent;

namespace FastGate.Load.Tests.Measuring;

public sealed class LatencyHistogramTests
{
    private static readonly double[] Percents = [0, 1, 10, 50, 75, 90, 99, 99.9, 99.99, 100];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Percentiles_are_within_a_thousandth_of_the_exact_ones(int seed)
    {
        var random = new Random(seed);
        long[] values = [.. Enumerable.Range(0, 20_000).Select(_ => (long)Math.Exp(random.NextDouble() * 40))];
        var histogram = new LatencyHistogram();
        foreach (long value in values)
        {
            histogram.Record(value);
        }

        Array.Sort(values);
        foreach (double percent in Percents)
        {
            long exact = values[Math.Max(0, (int)Math.Ceiling(percent / 100 * values.Length) - 1)];
            long found = histogram.Percentile(percent);
            Assert.True(found >= exact && found - exact <= exact / 1024.0, $"seed {seed}, p{percent}: {found} for {exact}");
        }
    }

    [Fact]
    public void Small_values_are_exact()
    {
        var histogram = new LatencyHistogram();
        for (int i = 0; i < 2048; i++)
        {
            histogram.Record(i);
        }

        Assert.Equal(1023, histogram.Percentile(50));
        Assert.Equal(2047, histogram.Percentile(100));
        Assert.Equal(0, histogram.Percentile(0));
        Assert.Equal(1023.5, histogram.Mean);
    }

    [Fact]
    public void The_whole_range_fits()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(long.MaxValue);
        histogram.Record(-5);
        Assert.Equal(0, histogram.Min);
        Assert.Equal(long.MaxValue, histogram.Percentile(100));
    }

    [Fact]
    public void An_empty_one_answers_zero()
    {
        var histogram = new LatencyHistogram();
        Assert.Equal(0, histogram.Percentile(99));
        Assert.Equal(0, histogram.Mean);
        Assert.Throws<ArgumentOutOfRangeException>(() => histogram.Percentile(100.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => histogram.Percentile(double.NaN));
    }

    [Fact]
    public void Merging_is_the_same_as_recording_everything_in_one()
    {
        Prop.ForAll<uint[], uint[]>((a, b) =>
        {
            LatencyHistogram one = Of(a);
            one.Merge(Of(b));
            LatencyHistogram all = Of([.. a, .. b]);
            return one.Count == all.Count && one.Max == all.Max && one.Min == all.Min
                && Percents.All(percent => one.Percentile(percent) == all.Percentile(percent));
        }).Check(Config.QuickThrowOnFailure.WithReplay(new Replay(new Rnd(20261121UL, 1UL), FSharpInt(40))));
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var histogram = new LatencyHistogram();
        long least = long.MaxValue;

        // The runtime may replace the method by a faster one while it runs, and allocates for that, once.
        for (int round = 0; round < 5 && least > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100_000; i++)
            {
                histogram.Record(i * 1000L);
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static Microsoft.FSharp.Core.FSharpOption<int> FSharpInt(int value) => new(value);

    private static LatencyHistogram Of(uint[] values)
    {
        var histogram = new LatencyHistogram();
        foreach (uint value in values)
        {
            histogram.Record(value * 1000L);
        }

        return histogram;
    }
}
