using FastGate.Routing.Planning;

namespace FastGate.Routing.Strategies;

/// <summary>
/// Chooses one member of a group. Asked again with the refused or failed ones left out, so that one method serves first
/// choice and fallback alike. Allocates nothing, takes no lock; the same chance gives the same choice.
/// </summary>
internal abstract class Strategy(RouteNode[] members)
{
    protected RouteNode[] Members { get; } = members;

    /// <summary>Chooses.</summary>
    /// <param name="eligible">Leaves that may be used; at least one lies below a member.</param>
    /// <param name="context">The request.</param>
    /// <returns>The index of a member with an eligible leaf.</returns>
    internal abstract int Choose(ulong eligible, ref ChoiceContext context);

    internal static Strategy Create(StrategyKind kind, RouteNode[] members) => kind switch
    {
        StrategyKind.Priority or StrategyKind.Race => new PriorityStrategy(members),
        StrategyKind.RoundRobin => new RoundRobinStrategy(members),
        StrategyKind.Weighted => new WeightedStrategy(members),
        StrategyKind.LeastLatency => new LeastLatencyStrategy(members),
        StrategyKind.LeastBusy => new LeastBusyStrategy(members),
        StrategyKind.Cost => new CostStrategy(members),
        StrategyKind.Adaptive => new AdaptiveStrategy(members),
        StrategyKind.RateAware => new RateAwareStrategy(members),
        StrategyKind.Sticky => new StickyStrategy(members),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    protected bool IsEligible(int member, ulong eligible) => (Members[member].LeafMask & eligible) != 0;

    protected int FirstEligible(ulong eligible)
    {
        int member = 0;
        while (!IsEligible(member, eligible))
        {
            member++;
        }

        return member;
    }

    protected int CountEligible(ulong eligible)
    {
        int count = 0;
        for (int i = 0; i < Members.Length; i++)
        {
            count += IsEligible(i, eligible) ? 1 : 0;
        }

        return count;
    }

    /// <summary>The <paramref name="rank"/>th eligible member, counted from 0.</summary>
    protected int NthEligible(int rank, ulong eligible)
    {
        for (int i = 0; ; i++)
        {
            if (IsEligible(i, eligible) && rank-- == 0)
            {
                return i;
            }
        }
    }
}
