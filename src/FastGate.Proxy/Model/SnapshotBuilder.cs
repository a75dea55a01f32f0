using System.Collections.Immutable;
using FastGate.Proxy.Clients;
using FastGate.Proxy.Lookup;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Time;
using FastGate.Proxy.Upstream;
using FastGate.Routing.Planning;
using FastGate.Routing.Strategies;
using FastGate.Routing.Targets;

namespace FastGate.Proxy.Model;

/// <summary>
/// Makes snapshots from settings. A provider that is reached as before keeps its connections across a reload, and its targets what
/// was learnt of them.
/// </summary>
internal sealed class SnapshotBuilder(TimerWheel wheel, ProxyMetrics metrics, RoutingContext routing, ConnectorFactory connectors)
{
    /// <summary>Builds a snapshot; <paramref name="previous"/> is the one in force, or null at start.</summary>
    /// <exception cref="ArgumentException">The routes contradict themselves. A checked configuration's do not.</exception>
    internal GatewaySnapshot Build(GatewaySettings settings, GatewaySnapshot? previous)
    {
        ImmutableArray<Provider> providers = [.. settings.Providers.Select(p => MakeProvider(p, settings, previous))];
        var byName = providers.ToDictionary(p => p.Name, StringComparer.Ordinal);
        ImmutableArray<Route> routes = BuildRoutes(settings, byName);
        return new GatewaySnapshot
        {
            Limits = settings.Limits,
            Clients = new ClientTable(settings.Clients),
            Providers = providers,
            DirectAnswers = settings.DirectAnswers,
            Routes = routes,
            DirectStreams = settings.DirectStreams,
            ProvidersByName = new Utf8Table<Provider>(byName),
            RoutesByName = new Utf8Table<Route>(routes.Select(r => KeyValuePair.Create(r.Name, r))),
        };
    }

    /// <summary>The pools of <paramref name="old"/> that <paramref name="current"/> does not use any more.</summary>
    internal static IEnumerable<UpstreamPool> Unused(GatewaySnapshot old, GatewaySnapshot current) =>
        old.Providers.Select(p => p.Pool).Except(current.Providers.Select(p => p.Pool));

    private Provider MakeProvider(ProviderSettings settings, GatewaySettings all, GatewaySnapshot? previous)
    {
        Provider? same = previous?.Providers.FirstOrDefault(p => p.Name == settings.Name && p.Settings.SharesPoolWith(settings));
        UpstreamPool pool = same?.Pool ?? new UpstreamPool(connectors(settings, wheel), settings.Pool, wheel);
        var provider = new Provider(settings, pool);
        provider.Targets = new TargetRegistry(provider, routing, all, same?.Targets);
        return provider;
    }

    private ImmutableArray<Route> BuildRoutes(GatewaySettings settings, Dictionary<string, Provider> providers)
    {
        Target[] targets = [.. NamesIn(settings).Distinct().Select(name => Find(name, providers)).OfType<Target>()];
        bool readsRoom = settings.Routes.Any(r => r.Strategy == StrategyKind.RateAware) || settings.Groups.Any(g => g.Strategy == StrategyKind.RateAware);
        var errors = new List<PlanError>();
        RouteTable? table = new RouteTableBuilder(targets, settings.Groups, settings.Routes).Build(errors);
        return table is null
            ? throw new ArgumentException(string.Join(Environment.NewLine, errors.Select(e => $"{e.At}: {e.Message}")), nameof(settings))
            : [.. table.Plans.Select(plan => new Route(
                plan, metrics.Requests.Of(plan.Name), settings.Sticky.GetValueOrDefault(plan.Name), readsRoom, settings.Streams.GetValueOrDefault(plan.Name, StreamSettings.Default),
                settings.Answers.GetValueOrDefault(plan.Name, settings.DirectAnswers)))];
    }

    private static IEnumerable<string> NamesIn(GatewaySettings settings) =>
        settings.Routes.SelectMany(r => r.Members.Concat(r.On.Values.SelectMany(action => action.Chain)))
            .Concat(settings.Groups.SelectMany(g => g.Members))
            .Select(member => member.Name);

    private static Target? Find(string name, Dictionary<string, Provider> providers)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && providers.TryGetValue(name[..slash], out Provider? provider) ? provider.Targets.Get(name[(slash + 1)..]).Decided : null;
    }
}
