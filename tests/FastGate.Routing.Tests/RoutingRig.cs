using FastGate.Routing.Conditions;
using FastGate.Routing.Health;
using FastGate.Routing.Keys;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;
using FastGate.Routing.Retry;
using FastGate.Routing.Targets;
using FastGate.Routing.Timing;

namespace FastGate.Routing.Tests;

/// <summary>Targets, a planner and a hand-moved clock, everything from one seed.</summary>
internal sealed class RoutingRig : IHealthListener
{
    private readonly Dictionary<string, Target> _targets = [];
    private readonly RandomSource _random;
    private readonly HealthSettings _settings;
    private NoFacts _noFacts;

    internal RoutingRig(ulong seed = 1, HealthSettings? settings = null, RetryBudget? budget = null)
    {
        _random = new RandomSource(seed);
        _settings = settings ?? HealthSettings.Default;
        Planner = new Planner(budget ?? new RetryBudget(), _random);
    }

    internal long Now { get; set; } = 1000 * TimeSpan.TicksPerSecond;

    internal Planner Planner { get; }

    internal List<StateChange> Changes { get; } = [];

    /// <summary>Every incident that opened, however many a target keeps.</summary>
    internal List<Incident> Incidents { get; } = [];

    internal List<Incident> Closed { get; } = [];

    internal List<(Incident Incident, string Plan, TimeSpan Duration)> Recoveries { get; } = [];

    internal List<GroupDefinition> Groups { get; } = [];

    internal List<RouteDefinition> OtherRoutes { get; } = [];

    /// <summary>The plans of the routes made last.</summary>
    internal IReadOnlyList<RoutePlan> Plans { get; private set; } = [];

    internal RandomSource Random => _random;

    internal Target this[string name] => _targets[name];

    internal IReadOnlyList<Target> Targets => [.. _targets.Values];

    internal Target Add(string name, int keys = 1, int maxInput = 0, double inputCost = 0, double quality = 1, uint offers = uint.MaxValue)
    {
        string[] parts = name.Split('/', 2);
        TargetHealth health = new(name, _settings, _random, this);
        TargetKeys targetKeys = new([.. Enumerable.Range(0, keys).Select(i => new ProviderKey($"{parts[0]}-{i}"))]);
        Target target = new(parts[0], parts[1], health, targetKeys) { MaxInputTokens = maxInput, InputCost = inputCost, Quality = quality, Offers = offers };
        _targets.Add(name, target);
        return target;
    }

    internal RoutingRig With(params string[] names)
    {
        foreach (string name in names)
        {
            Add(name);
        }

        return this;
    }

    /// <summary>A route over all targets added so far, in that order, unless the change says otherwise.</summary>
    internal RoutePlan Route(Func<RouteDefinition, RouteDefinition>? change = null)
    {
        RouteDefinition definition = new("chat", [.. _targets.Keys.Select(name => new MemberDefinition(name))]);
        definition = change?.Invoke(definition) ?? definition;
        List<PlanError> errors = [];
        RouteTable? table = new RouteTableBuilder(Targets, Groups, [definition, .. OtherRoutes]).Build(errors);
        Assert.True(errors.Count == 0, string.Join("\n", errors));
        Plans = table!.Plans;
        return Plans[0];
    }

    internal Decision Begin(RoutePlan plan, out FallbackCursor cursor, RequestShape shape = default, params Target[] chain)
    {
        cursor = default;
        return Planner.Begin(plan, shape, ref _noFacts, chain, Now, ref cursor);
    }

    internal void Advance(double milliseconds) => Now += (long)(milliseconds * TimeSpan.TicksPerMillisecond);

    /// <summary>Drives a target to failed by hard failures from requests of its own.</summary>
    internal void Fail(Target target, FailureClass failure = FailureClass.Connect)
    {
        for (int i = 0; i < _settings.ConsecutiveFailures; i++)
        {
            Report(target.Health, Outcome.Failure(failure));
        }

        Assert.Equal(TargetState.Failed, target.Health.State);
    }

    /// <summary>One ordinary attempt, begun and ended now.</summary>
    internal void Report(TargetHealth health, Outcome outcome)
    {
        bool credited = false;
        health.Record(health.Force(AdmissionKind.Normal, Now), outcome, ref credited, Now);
    }

    void IHealthListener.StateChanged(in StateChange change)
    {
        // Each target calls under its own lock only.
        lock (Changes)
        {
            Changes.Add(change);
        }
    }

    void IHealthListener.IncidentOpened(Incident incident)
    {
        lock (Changes)
        {
            Incidents.Add(incident);
        }
    }

    void IHealthListener.IncidentClosed(Incident incident)
    {
        lock (Changes)
        {
            Closed.Add(incident);
        }
    }

    void IHealthListener.RouteRecovered(Incident incident, string plan, TimeSpan duration)
    {
        lock (Changes)
        {
            Recoveries.Add((incident, plan, duration));
        }
    }
}
