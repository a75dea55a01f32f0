using FastGate.Routing.Conditions;
using FastGate.Routing.Strategies;
using FastGate.Routing.Targets;

namespace FastGate.Routing.Planning;

/// <summary>A member of a group: a target, or a group again. Immutable but for what strategies count.</summary>
internal abstract class RouteNode
{
    /// <summary>Its part relative to its siblings; above 0.</summary>
    internal required double Weight { get; init; }

    /// <summary>The plan's leaves at or below this node.</summary>
    internal abstract ulong LeafMask { get; }

    /// <summary>A stable name, for consistent hashing.</summary>
    internal abstract string Name { get; }

    /// <summary>Peak EWMA of the first-token time in ticks, of the best leaf; 0 when unknown.</summary>
    internal abstract double FirstTokenTicks(long nowTicks);

    /// <summary>Attempts under way.</summary>
    internal abstract int InFlight { get; }

    /// <summary>Price of a request in the currency of the targets' prices, of the cheapest leaf.</summary>
    internal abstract double Cost(in ChoiceShape shape);

    /// <summary>Results of the window.</summary>
    internal abstract (long Ok, long Failed) Recent { get; }

    /// <summary>Quality of the best leaf, 0 to 1.</summary>
    internal abstract double Quality { get; }

    /// <summary>Rate-limit room of the roomiest leaf, 0 to 1.</summary>
    internal abstract double Room(long nowTicks);
}

/// <summary>A target in a plan, with what the route says about it.</summary>
internal sealed class RouteLeaf : RouteNode
{
    internal required int Index { get; init; }

    internal required Target Target { get; init; }

    internal required Condition? When { get; init; }

    /// <summary>In tokens; 0 when unknown. The route's word goes before the target's.</summary>
    internal required int MaxInputTokens { get; init; }

    /// <summary>Every leaf of the plan with the same target, this one included.</summary>
    internal ulong TwinMask { get; set; }

    internal override ulong LeafMask => 1UL << Index;

    internal override string Name => Target.Name;

    internal override int InFlight => Target.Load.InFlight;

    internal override (long Ok, long Failed) Recent => Target.Health.Recent;

    internal override double Quality => Target.Quality;

    internal override double FirstTokenTicks(long nowTicks) => Target.Load.FirstTokenTicks(nowTicks);

    internal override double Cost(in ChoiceShape shape) => (Target.InputCost * shape.InputTokens) + (Target.OutputCost * shape.OutputTokens);

    internal override double Room(long nowTicks) => Target.Keys.Room(nowTicks);
}

/// <summary>Members and the strategy that chooses among them.</summary>
internal sealed class RouteGroup : RouteNode
{
    private readonly ulong _mask;
    private readonly Strategy _strategy;

    internal RouteGroup(string name, IReadOnlyList<RouteNode> members, StrategyKind kind)
    {
        Name = name;
        Members = [.. members];
        foreach (RouteNode member in Members)
        {
            _mask |= member.LeafMask;
        }

        Kind = kind;
        _strategy = Strategy.Create(kind, Members);
    }

    internal StrategyKind Kind { get; }

    internal RouteNode[] Members { get; }

    internal override ulong LeafMask => _mask;

    internal override string Name { get; }

    internal override int InFlight
    {
        get
        {
            int sum = 0;
            foreach (RouteNode member in Members)
            {
                sum += member.InFlight;
            }

            return sum;
        }
    }

    internal override (long Ok, long Failed) Recent
    {
        get
        {
            long ok = 0;
            long failed = 0;
            foreach (RouteNode member in Members)
            {
                (long memberOk, long memberFailed) = member.Recent;
                ok += memberOk;
                failed += memberFailed;
            }

            return (ok, failed);
        }
    }

    internal override double Quality
    {
        get
        {
            double best = 0;
            foreach (RouteNode member in Members)
            {
                best = Math.Max(best, member.Quality);
            }

            return best;
        }
    }

    /// <summary>Chooses a leaf, going down through nested groups.</summary>
    /// <param name="eligible">Leaves that may be chosen; at least one of this group's.</param>
    /// <param name="context">The request.</param>
    internal RouteLeaf Choose(ulong eligible, ref ChoiceContext context)
    {
        RouteGroup group = this;
        while (true)
        {
            RouteNode member = group.Members[group._strategy.Choose(eligible & group._mask, ref context)];
            if (member is RouteLeaf leaf)
            {
                return leaf;
            }

            group = (RouteGroup)member;
        }
    }

    internal override double FirstTokenTicks(long nowTicks)
    {
        double best = double.MaxValue;
        foreach (RouteNode member in Members)
        {
            best = Math.Min(best, member.FirstTokenTicks(nowTicks));
        }

        return best;
    }

    internal override double Cost(in ChoiceShape shape)
    {
        double best = double.MaxValue;
        foreach (RouteNode member in Members)
        {
            best = Math.Min(best, member.Cost(shape));
        }

        return best;
    }

    internal override double Room(long nowTicks)
    {
        double best = 0;
        foreach (RouteNode member in Members)
        {
            best = Math.Max(best, member.Room(nowTicks));
        }

        return best;
    }
}
