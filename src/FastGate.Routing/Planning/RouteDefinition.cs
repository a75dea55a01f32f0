using FastGate.Routing.Conditions;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Retry;
using FastGate.Routing.Strategies;

namespace FastGate.Routing.Planning;

/// <summary>A member of a chain as configured: the name of a target or of a group, and what the chain says about it.</summary>
/// <param name="Name"><c>provider/model</c>, or the name of a group or route.</param>
public sealed record MemberDefinition(string Name)
{
    /// <summary>Its part relative to its siblings; above 0.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The input it takes, in tokens; 0 leaves it to the target.</summary>
    public int MaxInputTokens { get; init; }

    /// <summary>The condition that must hold of a request; null for none. On a group it holds for everything in it.</summary>
    public Condition? When { get; init; }
}

/// <summary>A named group of members as configured; may be a member of routes and other groups.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Members">Its members, in order.</param>
public sealed record GroupDefinition(string Name, IReadOnlyList<MemberDefinition> Members)
{
    /// <summary>How one of them is chosen.</summary>
    public StrategyKind Strategy { get; init; }
}

/// <summary>What a route does on a class of failure.</summary>
public enum ClassActionKind : byte
{
    /// <summary>What failover.md, 1 says.</summary>
    Default = 0,

    /// <summary>The next target, without a retry.</summary>
    Next,

    /// <summary>Nothing: the failure goes to the client.</summary>
    Stop,

    /// <summary>A chain of its own.</summary>
    Chain,
}

/// <summary>What a route does on a class of failure, as configured under <c>on</c>.</summary>
/// <param name="Kind">The action.</param>
/// <param name="Chain">The chain, for <see cref="ClassActionKind.Chain"/>.</param>
public sealed record ClassActionDefinition(ClassActionKind Kind, IReadOnlyList<MemberDefinition> Chain)
{
    /// <summary>An action without a chain.</summary>
    /// <param name="kind">The action.</param>
    public static ClassActionDefinition Of(ClassActionKind kind) => new(kind, []);
}

/// <summary>A route as configured. Defaults are the contract's.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Members">Its chain, in order.</param>
public sealed record RouteDefinition(string Name, IReadOnlyList<MemberDefinition> Members)
{
    /// <summary>How the first target is chosen.</summary>
    public StrategyKind Strategy { get; init; }

    /// <summary>How one target is tried again.</summary>
    public RetrySettings Retry { get; init; } = RetrySettings.Default;

    /// <summary>Until the first token, all attempts together; above 0.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Targets tried at most, 1 to 8.</summary>
    public int Hops { get; init; } = 4;

    /// <summary>When the next target is started too; zero is off.</summary>
    public TimeSpan HedgeAfter { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many targets the race strategy starts, 2 to 8; of no meaning to other strategies.</summary>
    public int RaceWidth { get; init; } = 2;

    /// <summary>What is done on a class of failure where it is not the default.</summary>
    public IReadOnlyDictionary<FailureClass, ClassActionDefinition> On { get; init; } = new Dictionary<FailureClass, ClassActionDefinition>();
}

/// <summary>An error in routes or groups as configured.</summary>
/// <param name="At">Where, for instance <c>routes.chat.targets[1]</c>.</param>
/// <param name="Message">What is wrong and what to do about it.</param>
public sealed record PlanError(string At, string Message);
