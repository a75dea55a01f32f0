using FastGate.Routing.Planning;

namespace FastGate.Routing.Strategies;

/// <summary>
/// Smooth weighted round robin (the interleaving nginx made known): with all members in, a sequence laid out once is walked
/// with one interlocked step. With some out, the sequence would hand their turns to whoever stands next to them, so the
/// choice is made by chance in proportion to the weights that are left.
/// </summary>
internal sealed class WeightedStrategy : Strategy
{
    private const int LongestSequence = 1024;

    private readonly byte[] _sequence;
    private int _turn = -1;

    internal WeightedStrategy(RouteNode[] members)
        : base(members)
    {
        int[] weights = WholeWeights(members);
        int[] current = new int[weights.Length];
        int total = weights.Sum();
        _sequence = new byte[total];
        for (int at = 0; at < total; at++)
        {
            int best = 0;
            for (int i = 0; i < weights.Length; i++)
            {
                current[i] += weights[i];
                if (current[i] > current[best])
                {
                    best = i;
                }
            }

            current[best] -= total;
            _sequence[at] = (byte)best;
        }
    }

    internal override int Choose(ulong eligible, ref ChoiceContext context)
    {
        if (CountEligible(eligible) == Members.Length)
        {
            return _sequence[(uint)Interlocked.Increment(ref _turn) % (uint)_sequence.Length];
        }

        double total = 0;
        for (int i = 0; i < Members.Length; i++)
        {
            total += IsEligible(i, eligible) ? Members[i].Weight : 0;
        }

        double at = context.Random.NextDouble() * total;
        int last = 0;
        for (int i = 0; i < Members.Length; i++)
        {
            if (IsEligible(i, eligible))
            {
                last = i;
                at -= Members[i].Weight;
                if (at < 0)
                {
                    break;
                }
            }
        }

        return last;
    }

    /// <summary>The weights as small whole numbers in the same proportion, at least 1 each.</summary>
    private static int[] WholeWeights(RouteNode[] members)
    {
        double smallest = members.Min(member => member.Weight);
        int[] whole = [.. members.Select(member => (int)Math.Round(member.Weight / smallest))];
        bool exact = members.Select((member, i) => Math.Abs((member.Weight / smallest) - whole[i])).All(rest => rest < 1e-9);
        if (!exact || whole.Sum(weight => (long)weight) > LongestSequence)
        {
            double total = members.Sum(member => member.Weight);
            whole = [.. members.Select(member => Math.Max((int)Math.Round(member.Weight / total * LongestSequence), 1))];
        }

        int divisor = whole.Aggregate(GreatestCommonDivisor);
        return [.. whole.Select(weight => weight / divisor)];
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
