using System.Collections.Concurrent;

namespace FastGate.Proxy.Measurement;

/// <summary>Hops from one target to the next by route, targets and class of failure.</summary>
internal sealed class FailoverCounters
{
    private readonly ConcurrentDictionary<(string Route, string From, string To, string Reason), StripedCounter> _counters = new();

    internal void Count(string route, string from, string to, string reason) =>
        _counters.GetOrAdd((route, from, to, reason), static _ => new StripedCounter()).Increment();

    internal IEnumerable<(string Route, string From, string To, string Reason, long Count)> Read() =>
        _counters.OrderBy(c => c.Key).Select(c => (c.Key.Route, c.Key.From, c.Key.To, c.Key.Reason, c.Value.Value));
}
