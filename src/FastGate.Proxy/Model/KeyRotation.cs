namespace FastGate.Proxy.Model;

/// <summary>
/// Chooses a provider's keys in proportion to their weights, spread evenly (smooth weighted round robin): with weights 3 and 1 the
/// order is a a b a, not a a a b. The order is worked out once; choosing is one interlocked increment.
/// </summary>
internal sealed class KeyRotation
{
    // Weights that need a longer cycle than this are scaled down to it: no visible difference, bounded memory.
    private const int LongestCycle = 4096;

    private readonly ProviderKey[] _cycle;
    private uint _next;

    internal KeyRotation(IReadOnlyList<ProviderKey> keys)
    {
        ArgumentOutOfRangeException.ThrowIfZero(keys.Count);
        _cycle = Smooth(keys);
    }

    /// <summary>The next key in turn.</summary>
    internal ProviderKey Next() => _cycle.Length == 1 ? _cycle[0] : _cycle[(Interlocked.Increment(ref _next) - 1) % (uint)_cycle.Length];

    private static ProviderKey[] Smooth(IReadOnlyList<ProviderKey> keys)
    {
        long divisor = keys.Select(k => (long)k.Weight).Aggregate(GreatestCommonDivisor);
        long[] weights = [.. keys.Select(k => k.Weight / divisor)];
        long sum = weights.Sum();
        if (sum > LongestCycle)
        {
            weights = [.. weights.Select(w => Math.Max(1, w * LongestCycle / sum))];
            sum = weights.Sum();
        }

        var cycle = new ProviderKey[sum];
        long[] credit = new long[keys.Count];
        for (int turn = 0; turn < cycle.Length; turn++)
        {
            int best = 0;
            for (int k = 0; k < credit.Length; k++)
            {
                credit[k] += weights[k];
                if (credit[k] > credit[best])
                {
                    best = k;
                }
            }

            credit[best] -= sum;
            cycle[turn] = keys[best];
        }

        return cycle;
    }

    private static long GreatestCommonDivisor(long a, long b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);
}
