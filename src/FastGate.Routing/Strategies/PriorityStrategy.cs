using FastGate.Routing.Planning;

namespace FastGate.Routing.Strategies;

/// <summary>The first member that may be used. Race chooses like this too: it starts several, in this order.</summary>
internal sealed class PriorityStrategy(RouteNode[] members) : Strategy(members)
{
    internal override int Choose(ulong eligible, ref ChoiceContext context) => FirstEligible(eligible);
}
