using System.Collections.Concurrent;
using FastGate.Proxy.Views;

namespace FastGate.Proxy.Measurement;

/// <summary>A histogram for each value of a family's labels, for what happens rarely enough to look it up.</summary>
/// <typeparam name="TLabels">The labels.</typeparam>
/// <param name="buckets">The buckets of all of them.</param>
internal sealed class LabelledHistograms<TLabels>(HistogramBuckets buckets)
    where TLabels : notnull
{
    private readonly ConcurrentDictionary<TLabels, StripedHistogram> _histograms = new();

    internal void Observe(TLabels labels, TimeSpan duration) => _histograms.GetOrAdd(labels, _ => new StripedHistogram(buckets)).Observe(duration);

    /// <summary>All that were observed, in the order of their labels.</summary>
    internal IEnumerable<(TLabels Labels, HistogramView Histogram)> Read() => _histograms.OrderBy(h => h.Key).Select(h => (h.Key, h.Value.Read()));
}
