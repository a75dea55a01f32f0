using FastGate.Routing.Planning;

namespace FastGate.Routing.Strategies;

/// <summary>One after the other, evenly among those that may be used: the turn counts them, not all members.</summary>
internal sealed class RoundRobinStrategy(RouteNode[] members) : Strategy(members)
{
    private int _turn = -1;

    internal override int Choose(ulong eligible, ref ChoiceContext context)
    {
        // Without a choice there is no turn: else a failing pair would always be met in the same order.
        int count = CountEligible(eligible);
        return count == 1
            ? FirstEligible(eligible)
            : NthEligible((int)((uint)Interlocked.Increment(ref _turn) % (uint)count), eligible);
    }
}
