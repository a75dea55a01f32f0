namespace FastGate.Routing.Retry;

/// <summary>
/// The gateway-wide limit on added attempts (failover.md, 2): a fraction of the requests of the last ten seconds, and at
/// least a fixed number a second, so that a quiet gateway may retry at all. Lock-free: counters per second whose upper half
/// is the second they count for.
/// </summary>
public sealed class RetryBudget
{
    private const int Buckets = 16;
    private const int WindowSeconds = 10;

    private readonly long[] _requests = new long[Buckets];
    private readonly long[] _retries = new long[Buckets];
    private readonly double _fraction;
    private readonly int _minimumPerSecond;
    private long _refused;

    /// <summary>Creates the budget.</summary>
    /// <param name="fraction">Retries per request, 0 to 1.</param>
    /// <param name="minimumPerSecond">Retries allowed in any second whatever the traffic, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public RetryBudget(double fraction = 0.2, int minimumPerSecond = 10)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fraction);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fraction, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(minimumPerSecond);
        _fraction = fraction;
        _minimumPerSecond = minimumPerSecond;
    }

    /// <summary>Retries refused since the start.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>Counts a request. One interlocked operation.</summary>
    /// <param name="nowTicks">The time.</param>
    internal void RequestBegun(long nowTicks) => Add(_requests, nowTicks / TimeSpan.TicksPerSecond, 1);

    /// <summary>Takes one retry out of the budget.</summary>
    /// <param name="nowTicks">The time.</param>
    /// <returns>Whether there was one left. It cannot be given back.</returns>
    internal bool TryTake(long nowTicks)
    {
        // Taken first and given back on refusal, so that two takers never both see the last one.
        long second = nowTicks / TimeSpan.TicksPerSecond;
        long thisSecond = Add(_retries, second, 1);
        if (thisSecond <= _minimumPerSecond || Sum(_retries, second) <= _fraction * Sum(_requests, second))
        {
            return true;
        }

        Add(_retries, second, -1);
        Interlocked.Increment(ref _refused);
        return false;
    }

    private static long Add(long[] cells, long second, int amount)
    {
        ref long place = ref cells[second & (Buckets - 1)];
        while (true)
        {
            long seen = Volatile.Read(ref place);
            long count = seen >> 32 == second ? (uint)seen : 0;
            count = Math.Max(count + amount, 0);
            if (Interlocked.CompareExchange(ref place, (second << 32) | count, seen) == seen)
            {
                return count;
            }
        }
    }

    private static long Sum(long[] cells, long second)
    {
        long sum = 0;
        for (long s = second - WindowSeconds + 1; s <= second; s++)
        {
            long value = Volatile.Read(ref cells[s & (Buckets - 1)]);
            if (value >> 32 == s)
            {
                sum += (uint)value;
            }
        }

        return sum;
    }
}
