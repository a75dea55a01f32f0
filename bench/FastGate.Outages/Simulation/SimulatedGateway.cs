using FastGate.Routing.Conditions;
using FastGate.Routing.Health;
using FastGate.Routing.Keys;
using FastGate.Routing.Planning;
using FastGate.Routing.Retry;
using FastGate.Routing.Targets;
using FastGate.Routing.Timing;

namespace FastGate.Outages.Simulation;

/// <summary>What the gateway decides with: targets, a planner and one route over them, a clock moved by hand, everything from one seed.</summary>
internal sealed class SimulatedGateway : IHealthListener
{
    private readonly Dictionary<string, Target> _targets;
    private readonly Planner _planner;
    private readonly RoutePlan _plan;
    private NoFacts _noFacts;

    internal SimulatedGateway(int seed, IEnumerable<string> targets, Func<RouteDefinition, RouteDefinition>? route)
    {
        var random = new RandomSource((ulong)seed);
        _planner = new Planner(new RetryBudget(), random);
        _targets = targets.Select(name => Make(name, random)).ToDictionary(target => target.Name);
        RouteDefinition definition = new("chat", [.. _targets.Keys.Select(name => new MemberDefinition(name))]);
        List<PlanError> errors = [];
        RouteTable? table = new RouteTableBuilder([.. _targets.Values], [], [route?.Invoke(definition) ?? definition]).Build(errors);
        _plan = table?.Plans[0] ?? throw new ArgumentException(string.Join("; ", errors), nameof(route));
    }

    /// <summary>The time, in ticks.</summary>
    internal long Now { get; set; } = 1000 * TimeSpan.TicksPerSecond;

    internal TimeSpan HedgeAfter => _plan.HedgeAfter;

    internal List<StateChange> Changes { get; } = [];

    /// <summary>Every incident that opened, however many a target keeps.</summary>
    internal List<Incident> Incidents { get; } = [];

    internal Target this[string name] => _targets[name];

    internal Decision Begin(out FallbackCursor cursor)
    {
        cursor = default;
        return _planner.Begin(_plan, default, ref _noFacts, [], Now, ref cursor);
    }

    void IHealthListener.StateChanged(in StateChange change) => Changes.Add(change);

    void IHealthListener.IncidentOpened(Incident incident) => Incidents.Add(incident);

    void IHealthListener.IncidentClosed(Incident incident)
    {
    }

    void IHealthListener.RouteRecovered(Incident incident, string plan, TimeSpan duration)
    {
    }

    private Target Make(string name, RandomSource random)
    {
        string[] parts = name.Split('/', 2);
        return new Target(parts[0], parts[1], new TargetHealth(name, HealthSettings.Default, random, this), new TargetKeys([new ProviderKey($"{parts[0]}-0")]));
    }
}
