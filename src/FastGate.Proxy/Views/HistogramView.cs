using System.Collections.Immutable;

namespace FastGate.Proxy.Views;

/// <summary>A histogram of durations as it was read.</summary>
/// <param name="BoundsSeconds">The upper bounds, included in their buckets.</param>
/// <param name="Counts">Observations in each bucket; one more than bounds, for what lies beyond the last.</param>
/// <param name="SumSeconds">All durations together.</param>
public sealed record HistogramView(ImmutableArray<double> BoundsSeconds, ImmutableArray<long> Counts, double SumSeconds)
{
    /// <summary>How many observations there were.</summary>
    public long Count => Counts.Sum();
}
