using System.Collections.Concurrent;

namespace FastGate.Proxy.Measurement;

/// <summary>Failed attempts by target and class. Failures are rare, so a dictionary will do.</summary>
internal sealed class FailedAttemptCounters
{
    private readonly ConcurrentDictionary<(string Target, string Failure), StripedCounter> _counters = new();

    internal void Count(string target, string failure) => _counters.GetOrAdd((target, failure), static _ => new StripedCounter()).Increment();

    internal IEnumerable<(string Target, string Failure, long Count)> Read() =>
        _counters.OrderBy(c => c.Key).Select(c => (c.Key.Target, c.Key.Failure, c.Value.Value));
}
