using System.Collections.Immutable;
using System.Numerics;

namespace FastGate.Proxy.Measurement;

/// <summary>The upper bounds of a histogram's buckets, and the way from a duration to its bucket without a search.</summary>
internal sealed class HistogramBuckets
{
    private const long Microsecond = 1_000;
    private const long Millisecond = 1_000_000;
    private const long Second = 1_000_000_000;

    // By the position of a duration's highest bit: the first bucket such a duration can fall into.
    private readonly byte[] _first = new byte[64];
    private readonly long[] _bounds;

    private HistogramBuckets(params long[] boundsNanoseconds)
    {
        _bounds = boundsNanoseconds;
        for (int bit = 0; bit < _first.Length; bit++)
        {
            long smallest = bit == 0 ? 0 : 1L << bit;
            int index = Array.FindIndex(_bounds, bound => smallest <= bound);
            _first[bit] = (byte)(index < 0 ? _bounds.Length : index);
        }
    }

    /// <summary>The gateway's own work for a request: 1 µs to 1 s, every microsecond where a small request lies.</summary>
    internal static HistogramBuckets OwnWork { get; } = new(
        1 * Microsecond, 2 * Microsecond, 3 * Microsecond, 4 * Microsecond, 5 * Microsecond, 6 * Microsecond, 7 * Microsecond, 8 * Microsecond,
        9 * Microsecond, 10 * Microsecond, 11 * Microsecond, 12 * Microsecond, 15 * Microsecond, 20 * Microsecond, 30 * Microsecond, 50 * Microsecond,
        75 * Microsecond, 100 * Microsecond, 200 * Microsecond, 500 * Microsecond, 1 * Millisecond, 2 * Millisecond, 5 * Millisecond, 10 * Millisecond,
        100 * Millisecond, 1 * Second);

    /// <summary>Requests and upstream calls: from a cached answer's fraction of a millisecond to the ten minutes of a long one.</summary>
    internal static HistogramBuckets Calls { get; } = new(
        250 * Microsecond, 500 * Microsecond, 1 * Millisecond, 2500 * Microsecond, 5 * Millisecond, 10 * Millisecond, 25 * Millisecond, 50 * Millisecond,
        100 * Millisecond, 250 * Millisecond, 500 * Millisecond, 1 * Second, 2500 * Millisecond, 5 * Second, 10 * Second, 20 * Second, 30 * Second,
        60 * Second, 120 * Second, 300 * Second, 600 * Second);

    /// <summary>First tokens: what a person waits for, 10 ms to 1 min, finest about half a second.</summary>
    internal static HistogramBuckets FirstTokens { get; } = new(
        10 * Millisecond, 25 * Millisecond, 50 * Millisecond, 100 * Millisecond, 150 * Millisecond, 200 * Millisecond, 300 * Millisecond, 400 * Millisecond,
        500 * Millisecond, 750 * Millisecond, 1 * Second, 1500 * Millisecond, 2 * Second, 3 * Second, 5 * Second, 7500 * Millisecond, 10 * Second,
        15 * Second, 30 * Second, 60 * Second);

    /// <summary>From a first failure to what was done about it: 1 ms to 10 min.</summary>
    internal static HistogramBuckets Reactions { get; } = new(
        1 * Millisecond, 5 * Millisecond, 10 * Millisecond, 25 * Millisecond, 50 * Millisecond, 100 * Millisecond, 250 * Millisecond, 500 * Millisecond,
        1 * Second, 2 * Second, 3 * Second, 5 * Second, 10 * Second, 15 * Second, 30 * Second, 60 * Second, 120 * Second, 300 * Second, 600 * Second);

    /// <summary>How many buckets there are, with the one that has no bound.</summary>
    internal int Count => _bounds.Length + 1;

    /// <summary>The upper bounds, included in their buckets, in seconds.</summary>
    internal ImmutableArray<double> BoundsSeconds => [.. _bounds.Select(bound => bound / (double)Second)];

    /// <summary>The bucket of a duration of zero or more nanoseconds.</summary>
    internal int IndexOf(long nanoseconds)
    {
        // Within a factor of two lie few bounds.
        long[] bounds = _bounds;
        int index = _first[BitOperations.Log2((ulong)nanoseconds)];
        while (index < bounds.Length && nanoseconds > bounds[index])
        {
            index++;
        }

        return index;
    }
}
