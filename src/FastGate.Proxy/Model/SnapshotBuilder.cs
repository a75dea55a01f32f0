using System.Collections.Immutable;
using FastGate.Proxy.Clients;
using FastGate.Proxy.Lookup;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Time;
using FastGate.Proxy.Upstream;

namespace FastGate.Proxy.Model;

/// <summary>Makes snapshots from settings. A provider that is reached as before keeps its connections across a reload.</summary>
internal static class SnapshotBuilder
{
    /// <summary>
    /// Builds a snapshot; <paramref name="previous"/> is the one in force, or null at start. Without <paramref name="connectors"/>
    /// providers are reached over sockets.
    /// </summary>
    internal static GatewaySnapshot Build(
        GatewaySettings settings, GatewaySnapshot? previous, TimerWheel wheel, ProxyMetrics metrics, ConnectorFactory? connectors = null)
    {
        ImmutableArray<Provider> providers = [.. settings.Providers.Select(p => new Provider(p, PoolFor(p, previous, wheel, connectors ?? OverSockets)))];
        var byName = providers.ToDictionary(p => p.Name, StringComparer.Ordinal);
        ImmutableArray<Route> routes = [.. settings.Routes.Select(r => new Route(r.Name, new Target(byName[r.Provider], r.Model), r.Deadline, metrics.Requests.Of(r.Name)))];
        return new GatewaySnapshot
        {
            Limits = settings.Limits,
            Clients = new ClientTable(settings.Clients),
            Providers = providers,
            Routes = routes,
            ProvidersByName = new Utf8Table<Provider>(byName),
            RoutesByName = new Utf8Table<Route>(routes.Select(r => KeyValuePair.Create(r.Name, r))),
            DefaultDeadline = settings.DefaultDeadline,
        };
    }

    /// <summary>The pools of <paramref name="old"/> that <paramref name="current"/> does not use any more.</summary>
    internal static IEnumerable<UpstreamPool> Unused(GatewaySnapshot old, GatewaySnapshot current) =>
        old.Providers.Select(p => p.Pool).Except(current.Providers.Select(p => p.Pool));

    private static UpstreamPool PoolFor(ProviderSettings settings, GatewaySnapshot? previous, TimerWheel wheel, ConnectorFactory connectors)
    {
        Provider? same = previous?.Providers.FirstOrDefault(p => p.Name == settings.Name && p.Settings.SharesPoolWith(settings));
        return same?.Pool ?? new UpstreamPool(connectors(settings, wheel), settings.Pool, wheel);
    }

    private static UpstreamConnector OverSockets(ProviderSettings settings, TimerWheel wheel) => new(Origin.Of(settings.BaseUrl), settings.Tls, wheel);
}
