using FastGate.Routing.Planning;

namespace FastGate.Routing.Strategies;

/// <summary>One after the other, evenly among those that may be used: the turn counts them, not all members.</summary>
internal sealed class RoundRobinStrategy(RouteNode[] members) : Strategy(members)
{
    private int _turn = -1;

    internal override int Choose(ulong eligible, ref ChoiceContext context)
    {
        uint turn = (uint)Interlocked.Increment(ref _turn);
        return NthEligible((int)(turn % (uint)CountEligible(eligible)), eligible);
    }
}
