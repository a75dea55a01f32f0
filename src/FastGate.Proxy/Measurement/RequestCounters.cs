using System.Collections.Concurrent;

namespace FastGate.Proxy.Measurement;

/// <summary>Requests by route and status. A route finds its counters once, when it is configured, not for each request.</summary>
internal sealed class RequestCounters
{
    /// <summary>The label of requests that name a provider's model directly.</summary>
    internal const string DirectLabel = "direct";

    private readonly ConcurrentDictionary<string, StatusCounters> _routes = new(StringComparer.Ordinal);

    internal RequestCounters()
    {
        Direct = Of(DirectLabel);
        None = Of("");
    }

    /// <summary>Requests that name a provider's model directly.</summary>
    internal StatusCounters Direct { get; }

    /// <summary>Requests that reached no route: refused ones, and what the gateway answers itself.</summary>
    internal StatusCounters None { get; }

    internal StatusCounters Of(string route) => _routes.GetOrAdd(route, static _ => new StatusCounters());

    internal IEnumerable<(string Route, int Status, long Count)> Read() =>
        from route in _routes.OrderBy(r => r.Key, StringComparer.Ordinal)
        from status in route.Value.Read()
        select (route.Key, status.Key, status.Value);
}
