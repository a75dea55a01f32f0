using FastGate.Routing.Planning;

namespace FastGate.Routing.Strategies;

/// <summary>The cheapest for the request's estimated size; the first of equals. What does not fit was left out before.</summary>
internal sealed class CostStrategy(RouteNode[] members) : Strategy(members)
{
    internal override int Choose(ulong eligible, ref ChoiceContext context)
    {
        int best = -1;
        double bestCost = double.MaxValue;
        for (int i = 0; i < Members.Length; i++)
        {
            if (IsEligible(i, eligible))
            {
                double cost = Members[i].Cost(context.Shape);
                if (best < 0 || cost < bestCost)
                {
                    best = i;
                    bestCost = cost;
                }
            }
        }

        return best;
    }
}
