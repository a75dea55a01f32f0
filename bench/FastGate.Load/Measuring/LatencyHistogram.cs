using System.Numerics;

namespace FastGate.Load.Measuring;

/// <summary>
/// Counts values in log-linear buckets: every power of two is cut into 1,024 equal parts, so a value is known to
/// within 1/1024 of itself (three significant digits) over the whole range of <see cref="long"/>, in 450 KB.
/// Values below 2,048 are exact. Recording is one addition; two histograms merge by adding their buckets, which a
/// list of percentiles could not do. Not safe for concurrent use.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int PartBits = 10;
    private const int Parts = 1 << PartBits;

    // The largest long has its top bit at 62, hence shifts 0..52.
    private const int MaxShift = 62 - PartBits;

    private readonly long[] _buckets = new long[(MaxShift * Parts) + (2 * Parts)];
    private double _sum;

    /// <summary>How many values were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The smallest value, exact; 0 when empty.</summary>
    public long Min { get; private set; } = long.MaxValue;

    /// <summary>The largest value, exact; 0 when empty.</summary>
    public long Max { get; private set; }

    /// <summary>The arithmetic mean of the exact values; 0 when empty.</summary>
    public double Mean => Count == 0 ? 0 : _sum / Count;

    /// <summary>Records a value; a negative one counts as 0.</summary>
    public void Record(long value) => Record(value, 1);

    /// <summary>Records the same value <paramref name="times"/> times.</summary>
    public void Record(long value, long times)
    {
        if (times <= 0)
        {
            return;
        }

        if (value < 0)
        {
            value = 0;
        }

        _buckets[IndexOf(value)] += times;
        Count += times;
        _sum += (double)value * times;
        Min = Math.Min(Min, value);
        Max = Math.Max(Max, value);
    }

    /// <summary>Adds everything <paramref name="other"/> has counted to this histogram.</summary>
    public void Merge(LatencyHistogram other)
    {
        for (int i = 0; i < _buckets.Length; i++)
        {
            _buckets[i] += other._buckets[i];
        }

        Count += other.Count;
        _sum += other._sum;
        Min = Math.Min(Min, other.Min);
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>
    /// The value that <paramref name="percent"/> (0 to 100) of the recorded values do not exceed: the upper edge of
    /// the bucket of the nearest-rank value, never beyond <see cref="Max"/>; 0 when empty.
    /// </summary>
    public long Percentile(double percent)
    {
        if (percent is not (>= 0 and <= 100))
        {
            throw new ArgumentOutOfRangeException(nameof(percent), percent, "a percentile lies between 0 and 100");
        }

        if (Count == 0)
        {
            return 0;
        }

        long rank = Math.Clamp((long)Math.Ceiling(percent / 100 * Count), 1, Count);
        long seen = 0;
        for (int i = IndexOf(Min); i < _buckets.Length; i++)
        {
            seen += _buckets[i];
            if (seen >= rank)
            {
                return Math.Min(UpperEdge(i), Max);
            }
        }

        return Max;
    }

    private static int IndexOf(long value)
    {
        int shift = Math.Max(0, 63 - BitOperations.LeadingZeroCount((ulong)value) - PartBits);
        return (shift << PartBits) + (int)(value >> shift);
    }

    private static long UpperEdge(int index)
    {
        if (index < 2 * Parts)
        {
            return index;
        }

        int shift = (index >> PartBits) - 1;
        long part = index - ((long)shift << PartBits);
        return ((part + 1) << shift) - 1;
    }
}
