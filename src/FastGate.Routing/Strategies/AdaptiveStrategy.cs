using FastGate.Routing.Planning;
using FastGate.Routing.Timing;

namespace FastGate.Routing.Strategies;

/// <summary>
/// Thompson sampling (Thompson, 1933): each member's success rate is drawn from what its window makes likely,
/// Beta(successes + 1, failures + 1), and multiplied by how fast, how idle and how good it is. Members little is known of draw
/// widely and so get tried; those known to be bad hardly ever win.
/// </summary>
internal sealed class AdaptiveStrategy(RouteNode[] members) : Strategy(members)
{
    // Beyond this many results the draw is narrow enough; fewer keeps a little exploration.
    private const double MostEvidence = 500;

    internal override int Choose(ulong eligible, ref ChoiceContext context)
    {
        double fastest = double.MaxValue;
        for (int i = 0; i < Members.Length; i++)
        {
            if (IsEligible(i, eligible) && Members[i].FirstTokenTicks(context.NowTicks) is > 0 and double known)
            {
                fastest = Math.Min(fastest, known);
            }
        }

        int best = -1;
        double bestScore = -1;
        for (int i = 0; i < Members.Length; i++)
        {
            if (IsEligible(i, eligible))
            {
                double score = Score(Members[i], fastest, ref context);
                if (score > bestScore)
                {
                    best = i;
                    bestScore = score;
                }
            }
        }

        return best;
    }

    private static double Score(RouteNode member, double fastest, ref ChoiceContext context)
    {
        (long ok, long failed) = member.Recent;
        double scale = Math.Min(1, MostEvidence / Math.Max(ok + failed, 1));
        double health = Beta((ok * scale) + 1, (failed * scale) + 1, ref context.Random);
        double firstToken = member.FirstTokenTicks(context.NowTicks);

        // Unknown counts as fastest. The root, because twice as slow is not half as good.
        double latency = firstToken <= fastest ? 1 : Math.Sqrt(fastest / firstToken);
        double load = 1 / (1 + (member.InFlight / (16 * member.Weight)));
        return health * latency * load * member.Quality;
    }

    /// <summary>
    /// A draw from Beta(a, b), by the normal distribution of the same mean and variance: close enough to decide by, for a
    /// tenth of the time of an exact draw. The normal is the sum of four uniform numbers, all from one random word.
    /// </summary>
    private static double Beta(double a, double b, ref RequestRandom random)
    {
        ulong bits = random.NextUInt64();
        double sum = ((bits & 0xFFFF) + ((bits >> 16) & 0xFFFF) + ((bits >> 32) & 0xFFFF) + (bits >> 48)) / 65536.0;

        // Four uniform numbers have mean 2 and variance 1/3.
        double normal = (sum - 2) * 1.7320508075688772;
        double all = a + b;
        return Math.Clamp((a / all) + (normal * Math.Sqrt(a * b / (all + 1)) / all), 0, 1);
    }
}
