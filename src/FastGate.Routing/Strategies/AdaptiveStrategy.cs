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

    private static double Beta(double a, double b, ref RequestRandom random)
    {
        double x = Gamma(a, ref random);
        return x / (x + Gamma(b, ref random));
    }

    /// <summary>Marsaglia and Tsang, "A Simple Method for Generating Gamma Variables", 2000; shape is 1 or more.</summary>
    private static double Gamma(double shape, ref RequestRandom random)
    {
        double d = shape - (1.0 / 3);
        double c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = Normal(ref random);
            double v = 1 + (c * x);
            if (v <= 0)
            {
                continue;
            }

            v = v * v * v;
            if (Math.Log(1 - random.NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }

    /// <summary>Box and Muller, one of the pair.</summary>
    private static double Normal(ref RequestRandom random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
