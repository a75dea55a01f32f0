using System.Collections.Immutable;
using FastGate.Proxy.Model;
using FastGate.Proxy.Server;

namespace FastGate.Proxy.Views;

/// <summary>What the control plane may see of the data plane. Reading it costs the data plane nothing.</summary>
/// <param name="plane">The data plane.</param>
public sealed class GatewayView(DataPlane plane)
{
    /// <summary>Whether the gateway is stopping.</summary>
    public bool IsDraining => plane.IsDraining;

    /// <summary>Client connections that are open.</summary>
    public int ClientConnections => plane.OpenConnections;

    /// <summary>Streams being relayed.</summary>
    public long ActiveStreams => plane.Metrics.StreamsStarted.Value - plane.Metrics.StreamsEnded.Value;

    /// <summary>Events relayed.</summary>
    public long StreamEvents => plane.Metrics.StreamEvents.Value;

    /// <summary>Events dropped because they were no JSON.</summary>
    public long MalformedStreamEvents => plane.Metrics.StreamEventsMalformed.Value;

    /// <summary>Requests answered, by route and status.</summary>
    public IEnumerable<RequestCount> Requests => plane.Metrics.Requests.Read().Select(r => new RequestCount(r.Route, r.Status, r.Count));

    /// <summary>The routes of the configuration in force.</summary>
    public ImmutableArray<RouteView> Routes => [.. plane.Snapshot.Routes.Select(r => new RouteView(r.Name, r.Target.Name))];

    /// <summary>The providers of the configuration in force.</summary>
    public ImmutableArray<ProviderView> Providers => [.. plane.Snapshot.Providers.Select(View)];

    private ProviderView View(Provider provider) => new(
        provider.Name,
        provider.Settings.BaseUrl.ToString(),
        provider.Pool.Count,
        plane.Catalog.View.Unlisted.Contains(provider.Name) ? null : plane.Catalog.View.Models.Count(m => m.Target.Provider.Name == provider.Name));
}
