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

    /// <summary>When the next target is started too; zero is off.</summary>
    public TimeSpan HedgeAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many targets the race strategy starts; at most <see cref="Hops"/> where that is the strategy.</summary>
    public int RaceWidth { get; init; } = 2;

    /// <summary>The fact whose value the sticky strategy hashes, as conditions write it: <c>headers.*</c>, <c>params.*</c> or <c>metadata.*</c>.</summary>
    public string Sticky { get; init; } = "params.user";

    /// <summary>What is done on a class of failure where it is not the class's own default.</summary>
    public ImmutableDictionary<FailureClass, ClassActionDefinition> On { get; init; } = ImmutableDictionary<FailureClass, ClassActionDefinition>.Empty;

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
        RaceWidth = RaceWidth,
        On = On,
    };
}

/// <summary>A provider and one of its models.</summary>
/// <param name="Provider">The provider's name.</param>
/// <param name="Model">The model as the provider calls it; may contain slashes.</param>
internal readonly record struct TargetName(string Provider, string Model)
{
    public override string ToString() => $"{Provider}/{Model}";
}

/// <summary>Facts about a target that strategies and size rules weigh.</summary>
internal sealed record ModelConfig
{
    /// <summary><c>provider/model</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>The input it takes, in tokens; 0: unknown.</summary>
    public int MaxInputTokens { get; init; }

    /// <summary>Price of a million input tokens, in one currency for all.</summary>
    public double InputCost { get; init; }

    /// <summary>Price of a million output tokens, in the same currency.</summary>
    public double OutputCost { get; init; }

    /// <summary>How good its answers are, 0 to 1.</summary>
    public double Quality { get; init; } = 1;
}

/// <summary>The gateway-wide limit on added attempts.</summary>
internal sealed record RetryBudgetConfig
{
    /// <summary>Retries per request of the last ten seconds, 0 to 1.</summary>
    public double Share { get; init; } = 0.2;

    /// <summary>Retries allowed in any second whatever the traffic.</summary>
    public int MinimumPerSecond { get; init; } = 10;
}
