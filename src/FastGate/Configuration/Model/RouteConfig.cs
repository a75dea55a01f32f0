using System.Collections.Immutable;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;
using FastGate.Routing.Retry;
using FastGate.Routing.Strategies;

namespace FastGate.Configuration;

/// <summary>A name clients send as <c>model</c>, and where such requests go.</summary>
internal sealed record RouteConfig
{
    /// <summary>The name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where its requests go: targets, groups and other routes, in order; at least one.</summary>
    public ImmutableArray<MemberDefinition> Targets { get; init; } = [];

    /// <summary>How they are treated.</summary>
    public RoutePolicy Policy { get; init; } = new();

    /// <summary>The route as routing takes it.</summary>
    public RouteDefinition ToDefinition() => Policy.ToDefinition(Name, Targets);
}

/// <summary>The keys a route and <c>defaults</c> share.</summary>
internal sealed record RoutePolicy
{
    /// <summary>How the first target is chosen.</summary>
    public StrategyKind Strategy { get; init; } = StrategyKind.Priority;

    /// <summary>How one target is tried again.</summary>
    public RetrySettings Retry { get; init; } = RetrySettings.Default;

    /// <summary>Until the first token, all attempts together.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Targets tried at most, 1 to <see cref="FallbackCursor.MaximumHops"/>.</summary>
    public int Hops { get; init; } = 4;

    /// <summary>When the next target is asked too because a stream has not begun; zero is off.</summary>
    public TimeSpan HedgeAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many targets the strategy race asks at once, 2 to <see cref="FallbackCursor.MaximumHops"/>.</summary>
    public int Race { get; init; } = 2;

    /// <summary>The fact whose value the sticky strategy hashes, as conditions write it: <c>headers.*</c>, <c>params.*</c> or <c>metadata.*</c>.</summary>
    public string Sticky { get; init; } = "params.user";

    /// <summary>What is done on a class of failure where it is not the class's own default.</summary>
    public ImmutableDictionary<FailureClass, ClassActionDefinition> On { get; init; } = ImmutableDictionary<FailureClass, ClassActionDefinition>.Empty;

    /// <summary>How its streams are treated.</summary>
    public StreamConfig Stream { get; init; } = new();

    /// <summary>What is done with idempotency keys.</summary>
    public IdempotencyConfig Idempotency { get; init; } = new();

    /// <summary>Stored answers that are given instead of asking a provider.</summary>
    public CacheConfig Cache { get; init; } = new();

    /// <summary>What is answered when no target could.</summary>
    public LastResortConfig LastResort { get; init; } = new();

    /// <summary>The members of all chains under <c>on</c>, in the order of the classes.</summary>
    public IEnumerable<MemberDefinition> Chained() => On.OrderBy(entry => entry.Key).SelectMany(entry => entry.Value.Chain);

    /// <summary>A route with this policy, as routing takes it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="members">Its chain; empty where only the policy counts, as for <c>provider/model</c> addressing.</param>
    public RouteDefinition ToDefinition(string name, IReadOnlyList<MemberDefinition> members) => new(name, members)
    {
        Strategy = Strategy,
        Retry = Retry,
        Deadline = Deadline,
        Hops = Hops,
        HedgeAfter = HedgeAfter,
        RaceWidth = Race,
        On = On,
    };
}
