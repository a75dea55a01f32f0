using System.Collections.Immutable;
using FastGate.Proxy.Model;
using FastGate.Proxy.Server;
using FastGate.Routing.Health;
using FastGate.Routing.Keys;
using FastGate.Routing.Outcomes;

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

    /// <summary>Failed attempts by target and class.</summary>
    public IEnumerable<(string Target, string Failure, long Count)> FailedAttempts => plane.Metrics.Attempts.Read();

    /// <summary>Hops from one target to the next, by route, targets and class.</summary>
    public IEnumerable<(string Route, string From, string To, string Reason, long Count)> Failovers => plane.Metrics.Failovers.Read();

    /// <summary>The routes of the configuration in force.</summary>
    public ImmutableArray<RouteView> Routes =>
        [.. plane.Snapshot.Routes.Select(r => new RouteView(r.Name, [.. r.Plan.Targets.Select(t => t.Name)], r.Plan.HasUsableTarget(NowTicks)))];

    /// <summary>The providers of the configuration in force.</summary>
    public ImmutableArray<ProviderView> Providers => [.. plane.Snapshot.Providers.Select(View)];

    /// <summary>Every target that a route names or a request has named.</summary>
    public ImmutableArray<TargetView> Targets => [.. plane.Snapshot.Providers.SelectMany(p => p.Targets.All).OrderBy(t => t.Name, StringComparer.Ordinal).Select(View)];

    private long NowTicks => plane.Routing.Clock.NowTicks;

    private ProviderView View(Provider provider) => new(
        provider.Name,
        provider.Settings.BaseUrl.ToString(),
        provider.Pool.Count,
        plane.Catalog.View.Unlisted.Contains(provider.Name) ? null : plane.Catalog.View.Models.Count(m => m.Provider.Name == provider.Name));

    private TargetView View(UpstreamTarget target)
    {
        TargetHealth health = target.Decided.Health;
        IEnumerable<Incident> incidents = health.ClosedIncidents().OrderByDescending(i => i.FirstFailureTicks);
        return new TargetView(
            target.Name,
            health.State,
            health.Share / 1000.0,
            target.Decided.Load.InFlight,
            target.Answered.Value,
            health.Window(NowTicks),
            [.. (health.OpenedIncident is { } open ? incidents.Prepend(open) : incidents).Select(View)],
            [.. Enumerable.Range(0, target.Decided.Keys.Count).Select(i => View(target.Decided.Keys, i))]);
    }

    private IncidentView View(Incident incident) => new(
        FailureClasses.Name(incident.Cause),
        plane.Time.GetUtcNow() - new TimeSpan(NowTicks - incident.FirstFailureTicks),
        incident.Detection,
        incident.RouteRecovery,
        incident.TargetRecovery,
        incident.Rescued,
        incident.Lost);

    private KeyView View(TargetKeys keys, int index) =>
        new(keys[index].Label, keys[index].IsOut ? "refused" : keys.IsUsable(index, NowTicks) ? "in_use" : "limited");
}
