using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace FastGate.Proxy.Measurement;

/// <summary>
/// A counter family with one label, <c>result</c>: <c>fastgate_stream_resumes_total{result}</c> and its like. To add one: a property in
/// <see cref="ProxyMetrics"/>, its name in <see cref="ProxyMetrics.Results"/>, and <c>Count</c> where it happens; the control plane and the tests of
/// its text find it there.
/// </summary>
/// <param name="name">The family's name, ending in <c>_total</c>.</param>
/// <param name="help">What it counts, one line.</param>
/// <param name="results">The results there are; shown from the start, so that a rate over them has a zero to begin from.</param>
internal sealed class ResultCounters(string name, string help, params ReadOnlySpan<string> results)
{
    private readonly ConcurrentDictionary<string, StripedCounter> _counters = new(
        results.ToArray().Select(result => KeyValuePair.Create(result, new StripedCounter())), StringComparer.Ordinal);

    internal string Name { get; } = name;

    internal string Help { get; } = help;

    /// <summary>Counts one. Allocates nothing for a result that was named in the constructor.</summary>
    internal void Count(string result) => _counters.GetOrAdd(result, static _ => new StripedCounter()).Increment();

    internal ImmutableArray<(string Result, long Count)> Read() =>
        [.. _counters.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => (c.Key, c.Value.Value))];
}
