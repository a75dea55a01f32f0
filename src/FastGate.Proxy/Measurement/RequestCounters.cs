using System.Collections.Concurrent;

namespace FastGate.Proxy.Measurement;

/// <summary>What is measured of requests, by route.</summary>
internal sealed class RequestCounters
{
    /// <summary>The label of requests that name a provider's model directly.</summary>
    internal const string DirectLabel = "direct";

    private readonly ConcurrentDictionary<string, RouteMeters> _routes = new(StringComparer.Ordinal);

    internal RequestCounters()
    {
        Direct = Of(DirectLabel);
        None = Of("");
    }

    /// <summary>Requests that name a provider's model directly.</summary>
    internal RouteMeters Direct { get; }

    /// <summary>Requests that reached no route: refused ones, and what the gateway answers itself.</summary>
    internal RouteMeters None { get; }

    internal RouteMeters Of(string route) => _routes.GetOrAdd(route, static _ => new RouteMeters());

    internal IEnumerable<(string Route, RouteMeters Meters)> Read() =>
        _routes.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => (r.Key, r.Value));
}
