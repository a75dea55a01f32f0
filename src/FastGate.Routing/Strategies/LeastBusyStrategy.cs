using FastGate.Routing.Planning;

namespace FastGate.Routing.Strategies;

/// <summary>
/// Power of two choices (Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001): of two members taken
/// by chance, the one with less under way for its weight. Unlike the very least busy, requests at the same moment do not all
/// fall on one.
/// </summary>
internal sealed class LeastBusyStrategy(RouteNode[] members) : Strategy(members)
{
    internal override int Choose(ulong eligible, ref ChoiceContext context)
    {
        int count = CountEligible(eligible);
        if (count == 1)
        {
            return FirstEligible(eligible);
        }

        int first = context.Random.Below(count);
        int second = context.Random.Below(count - 1);
        second += second >= first ? 1 : 0;
        int a = NthEligible(first, eligible);
        int b = NthEligible(second, eligible);
        return Load(a) <= Load(b) ? a : b;
    }

    private double Load(int member) => (Members[member].InFlight + 1) / Members[member].Weight;
}
