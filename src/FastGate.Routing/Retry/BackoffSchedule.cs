using FastGate.Routing.Timing;

namespace FastGate.Routing.Retry;

/// <summary>
/// The waits between tries on one target: <c>backoff[i]</c>, spread evenly over ±jitter so that requests which failed
/// together do not come back together.
/// </summary>
internal sealed class BackoffSchedule
{
    private readonly long[] _waits;
    private readonly double _jitter;

    internal BackoffSchedule(RetrySettings settings)
    {
        settings.Validate();
        _waits = [.. settings.Backoff.Select(wait => wait.Ticks)];
        _jitter = settings.Jitter;
    }

    /// <summary>The wait before extra try <paramref name="retry"/>, counted from 0, in ticks.</summary>
    internal long WaitTicks(int retry, ref RequestRandom random)
    {
        long wait = _waits[Math.Min(retry, _waits.Length - 1)];
        return _jitter == 0 ? wait : (long)(wait * (1 + (_jitter * ((2 * random.NextDouble()) - 1))));
    }

    /// <summary>The shortest wait there can be before extra try <paramref name="retry"/>.</summary>
    internal long ShortestWaitTicks(int retry) => (long)(_waits[Math.Min(retry, _waits.Length - 1)] * (1 - _jitter));
}
