using System.Collections.Frozen;
using FastGate.Routing.Targets;

namespace FastGate.Routing.Planning;

/// <summary>
/// All routes of a configuration. Immutable: a new configuration is a new table, swapped in whole, and requests under way
/// keep the one they began with.
/// </summary>
public sealed class RouteTable
{
    private readonly FrozenDictionary<string, RoutePlan> _plans;

    internal RouteTable(IReadOnlyList<RoutePlan> plans, IReadOnlyList<Target> targets)
    {
        Plans = plans;
        Targets = targets;
        _plans = plans.ToFrozenDictionary(plan => plan.Name, StringComparer.Ordinal);
    }

    /// <summary>Every route, in the order of the configuration.</summary>
    public IReadOnlyList<RoutePlan> Plans { get; }

    /// <summary>Every target, whether or not a route names it.</summary>
    public IReadOnlyList<Target> Targets { get; }

    /// <summary>Finds a route. Allocates nothing.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The plan; null when there is none of that name.</returns>
    public RoutePlan? Find(ReadOnlySpan<char> name) =>
        _plans.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out RoutePlan? plan) ? plan : null;
}
