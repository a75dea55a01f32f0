using System.Runtime.CompilerServices;
using FastGate.Proxy.Views;

namespace FastGate.Proxy.Measurement;

/// <summary>
/// A histogram that many threads add to without a lock and nearly without sharing a cache line: a row of counters for each of a few
/// stripes, chosen as those of a <see cref="StripedCounter"/>. Reading adds the rows up and may miss additions under way.
/// </summary>
internal sealed class StripedHistogram
{
    // Two rows never share a pair of cache lines, which processors fetch together.
    private const int Padding = 128 / sizeof(long);
    private static readonly int StripeMask = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, 16)) - 1;

    private readonly HistogramBuckets _buckets;
    private readonly long[] _cells;
    private readonly int _stride;

    internal StripedHistogram(HistogramBuckets buckets)
    {
        _buckets = buckets;

        // The sum, the buckets, and room to the next row.
        _stride = ((buckets.Count + Padding) / Padding * Padding) + Padding;
        _cells = new long[_stride * (StripeMask + 1)];
    }

    /// <summary>Adds a duration; a negative one counts as zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Observe(long nanoseconds)
    {
        nanoseconds = Math.Max(nanoseconds, 0);
        ref long row = ref _cells[(Environment.CurrentManagedThreadId & StripeMask) * _stride];
        Interlocked.Add(ref row, nanoseconds);
        Interlocked.Increment(ref Unsafe.Add(ref row, 1 + _buckets.IndexOf(nanoseconds)));
    }

    /// <summary>Adds a duration; a negative one counts as zero.</summary>
    internal void Observe(TimeSpan duration) => Observe(duration.Ticks * TimeSpan.NanosecondsPerTick);

    /// <summary>What was observed so far.</summary>
    internal HistogramView Read()
    {
        long[] counts = new long[_buckets.Count];
        long sum = 0;
        for (int row = 0; row < _cells.Length; row += _stride)
        {
            sum += Volatile.Read(ref _cells[row]);
            for (int bucket = 0; bucket < counts.Length; bucket++)
            {
                counts[bucket] += Volatile.Read(ref _cells[row + 1 + bucket]);
            }
        }

        return new HistogramView(_buckets.BoundsSeconds, [.. counts], sum / 1e9);
    }
}
