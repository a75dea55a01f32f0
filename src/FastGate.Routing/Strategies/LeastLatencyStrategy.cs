using FastGate.Routing.Planning;

namespace FastGate.Routing.Strategies;

/// <summary>
/// The lowest peak EWMA of first-token time, times what is under way and one more. A target nothing is known of is taken
/// first, so that it becomes known; among several of those the least busy.
/// </summary>
internal sealed class LeastLatencyStrategy(RouteNode[] members) : Strategy(members)
{
    internal override int Choose(ulong eligible, ref ChoiceContext context)
    {
        int best = -1;
        double bestScore = double.MaxValue;
        for (int i = 0; i < Members.Length; i++)
        {
            if (IsEligible(i, eligible))
            {
                // A tick at least: an unknown target is still told from one that is busy.
                double score = Math.Max(Members[i].FirstTokenTicks(context.NowTicks), 1) * (Members[i].InFlight + 1);
                if (best < 0 || score < bestScore)
                {
                    best = i;
                    bestScore = score;
                }
            }
        }

        return best;
    }
}
