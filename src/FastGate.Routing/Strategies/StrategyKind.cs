namespace FastGate.Routing.Strategies;

/// <summary>The strategies of failover.md, 3; in configuration by their snake_case names.</summary>
public enum StrategyKind : byte
{
    /// <summary>The order of the chain.</summary>
    Priority,

    /// <summary>One after the other.</summary>
    RoundRobin,

    /// <summary>By weight, smoothly interleaved.</summary>
    Weighted,

    /// <summary>The lowest peak EWMA of first-token time, times what is under way.</summary>
    LeastLatency,

    /// <summary>Of two taken by chance, the one with less under way.</summary>
    LeastBusy,

    /// <summary>The cheapest.</summary>
    Cost,

    /// <summary>Health, latency, load and quality, explored by Thompson sampling.</summary>
    Adaptive,

    /// <summary>The first N in parallel: the first token wins. Chooses like priority; the route says how many.</summary>
    Race,

    /// <summary>The most room left according to the rate-limit headers.</summary>
    RateAware,

    /// <summary>A consistent hash of the request's sticky key, falling over the ring.</summary>
    Sticky,
}

/// <summary>Names of <see cref="StrategyKind"/>.</summary>
public static class StrategyKinds
{
    private static readonly string[] Names =
        ["priority", "round_robin", "weighted", "least_latency", "least_busy", "cost", "adaptive", "race", "rate_aware", "sticky"];

    /// <summary>Every name, in the order of the enumeration.</summary>
    public static IReadOnlyList<string> All => Names;

    /// <summary>The name used in configuration.</summary>
    /// <param name="kind">The strategy.</param>
    public static string Name(StrategyKind kind) => Names[(int)kind];

    /// <summary>Finds a strategy by its configuration name.</summary>
    /// <param name="name">The name, exactly.</param>
    /// <param name="kind">The strategy; priority when the name is unknown.</param>
    public static bool TryParse(string name, out StrategyKind kind)
    {
        int index = Array.IndexOf(Names, name);
        kind = (StrategyKind)Math.Max(index, 0);
        return index >= 0;
    }
}
