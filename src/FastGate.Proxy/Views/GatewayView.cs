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
    /// <summary>When it began.</summary>
    public DateTimeOffset Started => plane.Started;

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

    /// <summary>Octets of memory that hold the events of resumable streams.</summary>
    public long ReplayOctets => plane.Streams.Memory.Octets;

    /// <summary>Streams that can be resumed.</summary>
    public int ResumableStreams => plane.Streams.Count;

    /// <summary>Requests that go on without their clients.</summary>
    public int DetachedRequests => plane.Streams.Detached.Count;

    /// <summary>Requests answered, by route and status.</summary>
    public IEnumerable<RequestCount> Requests =>
        from route in plane.Metrics.Requests.Read()
        from status in route.Meters.Statuses.Read()
        select new RequestCount(route.Route, status.Key, status.Value);

    /// <summary>How long requests took, and the gateway's own work in them, by route. Routes without a request are left out.</summary>
    public IEnumerable<(string Route, HistogramView Requests, HistogramView OwnWork)> RequestTimes =>
        plane.Metrics.Requests.Read().Select(r => (r.Route, r.Meters.Requests.Read(), r.Meters.OwnWork.Read())).Where(r => r.Item2.Count > 0);

    /// <summary>From a first failure until the target was out of rotation, by target.</summary>
    public IEnumerable<(string Target, HistogramView Times)> Detections => plane.Metrics.Detections.Read();

    /// <summary>From a first failure until the route was served again, by route and target.</summary>
    public IEnumerable<((string Route, string Target) Labels, HistogramView Times)> Recoveries => plane.Metrics.Recoveries.Read();

    /// <summary>The number of the newest event; 0 for none.</summary>
    public long NewestEvent => plane.Events.Newest;

    /// <summary>Families counted by result: name, help, and the results.</summary>
    public IEnumerable<(string Name, string Help, ImmutableArray<(string Result, long Count)> Counts)> Results =>
        plane.Metrics.Results.Select(family => (family.Name, family.Help, family.Read()));

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

    /// <summary>The events behind a number, oldest first.</summary>
    /// <param name="after">The number of the last one read; 0 for none.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="missed">How many of them are not kept any more.</param>
    public GatewayEvent[] ReadEvents(long after, int most, out long missed) => plane.Events.Read(after, most, out missed);

    /// <summary>Ends when there is an event behind a number.</summary>
    /// <param name="after">The number.</param>
    public Task WaitForEventAsync(long after) => plane.Events.WaitAsync(after);

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
            new TargetMetersView(
                target.Meters.Answered.Value,
                target.Meters.Attempts.Read(),
                target.Meters.FirstTokens.Read(),
                target.Meters.PromptTokens.Value,
                target.Meters.CompletionTokens.Value),
            health.Window(NowTicks),
            [.. (health.OpenedIncident is { } open ? incidents.Prepend(open) : incidents).Select(View)],
            [.. Enumerable.Range(0, target.Decided.Keys.Count).Select(i => View(target.Decided.Keys, i))]);
    }

    private IncidentView View(Incident incident) => new(
        FailureClasses.Name(incident.Cause),
        HealthRules.Name(incident.Rule),
        plane.Time.GetUtcNow() - new TimeSpan(NowTicks - incident.FirstFailureTicks),
        incident.Detection,
        incident.RouteRecovery,
        incident.TargetRecovery,
        incident.Rescued,
        incident.Lost,
        incident.StateChanges);

    private KeyView View(TargetKeys keys, int index) =>
        new(keys[index].Label, keys[index].IsOut ? "refused" : keys.IsUsable(index, NowTicks) ? "in_use" : "limited");
}
