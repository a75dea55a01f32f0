using FastGate.Routing.Planning;

namespace FastGate.Routing.Strategies;

/// <summary>
/// The lowest peak EWMA of first-token time, times what is under way and one more. A target nothing is known of is taken
/// once, so that it becomes known; until it has answered it counts as the slowest of the others.
/// </summary>
internal sealed class LeastLatencyStrategy(RouteNode[] members) : Strategy(members)
{
    internal override int Choose(ulong eligible, ref ChoiceContext context)
    {
        double slowest = 1;
        for (int i = 0; i < Members.Length; i++)
        {
            if (IsEligible(i, eligible))
            {
                slowest = Math.Max(slowest, Members[i].FirstTokenTicks(context.NowTicks));
            }
        }

        int best = -1;
        double bestScore = double.MaxValue;
        for (int i = 0; i < Members.Length; i++)
        {
            if (!IsEligible(i, eligible))
            {
                continue;
            }

            double firstToken = Members[i].FirstTokenTicks(context.NowTicks);
            int inFlight = Members[i].InFlight;
            double score = (firstToken > 0 ? firstToken : inFlight == 0 ? 0 : slowest) * (inFlight + 1);
            if (best < 0 || score < bestScore)
            {
                best = i;
                bestScore = score;
            }
        }

        return best;
    }
}
