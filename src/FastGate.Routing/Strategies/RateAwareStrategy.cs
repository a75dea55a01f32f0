using FastGate.Routing.Planning;

namespace FastGate.Routing.Strategies;

/// <summary>
/// By chance in proportion to the rate-limit room left, times weight. In proportion and not simply the most: headers are old
/// by a round trip, and all requests of that time would fall on one target.
/// </summary>
internal sealed class RateAwareStrategy(RouteNode[] members) : Strategy(members)
{
    // A target said to be full may still be used when the others are as full.
    private const double LeastRoom = 1e-6;

    internal override int Choose(ulong eligible, ref ChoiceContext context)
    {
        double total = 0;
        for (int i = 0; i < Members.Length; i++)
        {
            total += IsEligible(i, eligible) ? Part(i, context.NowTicks) : 0;
        }

        double at = context.Random.NextDouble() * total;
        int last = 0;
        for (int i = 0; i < Members.Length; i++)
        {
            if (IsEligible(i, eligible))
            {
                last = i;
                at -= Part(i, context.NowTicks);
                if (at < 0)
                {
                    break;
                }
            }
        }

        return last;
    }

    private double Part(int member, long nowTicks) => Math.Max(Members[member].Room(nowTicks), LeastRoom) * Members[member].Weight;
}
