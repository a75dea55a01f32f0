using System.Runtime.CompilerServices;
using FastGate.Routing.Outcomes;

namespace FastGate.Routing.Health;

/// <summary>
/// The last 30 seconds of a target in one-second buckets: results by class, first-token times as a histogram, durations.
/// Lock-free without a clearing step: a cell carries the second it counts for in its upper half, so the first write of a
/// new second replaces what was there 32 seconds before. A writer that sleeps for 32 seconds between its look and its
/// addition adds to a wrong second; that is the only race, and it is off by one.
/// </summary>
internal sealed class SignalRing
{
    internal const int LatencyBins = 72;
    private const int Buckets = 32;
    private const int OkCell = 0;
    private const int FailCell = 1;
    private const int ProbeOkCell = 2;
    private const int DurationMsCell = 3;
    private const int DurationCountCell = 4;
    private const int BegunCell = 5;
    private const int ClassCells = 8;
    private const int LatencyCells = 32;
    private const int CellsPerBucket = LatencyCells + LatencyBins;

    private readonly long[] _cells = new long[Buckets * CellsPerBucket];

    internal static long SecondOf(long nowTicks) => nowTicks / TimeSpan.TicksPerSecond;

    /// <summary>A failure of any kind.</summary>
    /// <param name="second">The second it happened in.</param>
    /// <param name="failure">Its class.</param>
    /// <param name="counts">Whether it counts in the error rate, should its class be one that does.</param>
    internal void AddResult(long second, FailureClass failure, bool counts)
    {
        Add(second, ClassCells + (int)failure, 1);
        if (counts && FailureClasses.Signal(failure) == HealthSignal.Failure)
        {
            Add(second, FailCell, 1);
        }
    }

    internal void AddSuccess(long second) => Add(second, OkCell, 1);

    internal void AddBegun(long second) => Add(second, BegunCell, 1);

    internal void AddProbeSuccess(long second) => Add(second, ProbeOkCell, 1);

    internal void AddFirstToken(long second, long firstTokenTicks) => Add(second, LatencyCells + BinOf(firstTokenTicks), 1);

    internal void AddDuration(long second, long durationTicks)
    {
        Add(second, DurationMsCell, (int)Math.Min(durationTicks / TimeSpan.TicksPerMillisecond, 1_000_000));
        Add(second, DurationCountCell, 1);
    }

    /// <summary>Results between two seconds, both included.</summary>
    internal (long Ok, long Failed) Results(long fromSecond, long toSecond) =>
        (Sum(OkCell, fromSecond, toSecond), Sum(FailCell, fromSecond, toSecond));

    /// <summary>
    /// What failures are a part of: the attempts begun, or the results where those are more. Results alone would not do: a
    /// refusal takes milliseconds and an answer seconds, so a window just begun holds the failures but not yet the successes.
    /// </summary>
    internal long Attempts(long fromSecond, long toSecond)
    {
        (long ok, long failed) = Results(fromSecond, toSecond);
        return Math.Max(Sum(BegunCell, fromSecond, toSecond), ok + failed);
    }

    internal long ProbeSuccesses(long fromSecond, long toSecond) => Sum(ProbeOkCell, fromSecond, toSecond);

    internal long ResultsOf(FailureClass failure, long fromSecond, long toSecond) =>
        Sum(failure == FailureClass.None ? OkCell : ClassCells + (int)failure, fromSecond, toSecond);

    internal TimeSpan MeanDuration(long fromSecond, long toSecond)
    {
        long count = Sum(DurationCountCell, fromSecond, toSecond);
        return count == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Sum(DurationMsCell, fromSecond, toSecond) / (double)count);
    }

    /// <summary>A percentile of the first-token times, interpolated within its bin (a bin is a fifth wide).</summary>
    /// <param name="quantile">0 to 1.</param>
    /// <param name="fromSecond">First second that counts.</param>
    /// <param name="toSecond">Last second that counts.</param>
    /// <param name="samples">How many times there were.</param>
    /// <returns>Ticks; 0 without samples.</returns>
    internal long FirstTokenPercentile(double quantile, long fromSecond, long toSecond, out long samples)
    {
        Span<long> bins = stackalloc long[LatencyBins];
        bins.Clear();
        samples = 0;
        for (long second = Math.Max(fromSecond, toSecond - Buckets + 1); second <= toSecond; second++)
        {
            int start = BucketOf(second) + LatencyCells;
            for (int i = 0; i < LatencyBins; i++)
            {
                long cell = Volatile.Read(ref _cells[start + i]);
                if (cell >> 32 == second)
                {
                    bins[i] += (uint)cell;
                    samples += (uint)cell;
                }
            }
        }

        double rank = quantile * samples;
        double below = 0;
        for (int i = 0; i < LatencyBins; i++)
        {
            if (bins[i] > 0 && below + bins[i] >= rank)
            {
                long low = LowerEdgeTicks(i);
                return low + (long)((LowerEdgeTicks(i + 1) - low) * ((rank - below) / bins[i]));
            }

            below += bins[i];
        }

        return 0;
    }

    /// <summary>First-token times in bins wholly beyond a limit, or containing it.</summary>
    internal long FirstTokensBeyond(long limitTicks, long fromSecond, long toSecond)
    {
        long count = 0;
        for (int bin = BinOf(limitTicks); bin < LatencyBins; bin++)
        {
            count += Sum(LatencyCells + bin, fromSecond, toSecond);
        }

        return count;
    }

    /// <summary>Four bins an octave from 1 ms to 131 s, in quarter milliseconds so that the lowest octave has whole edges.</summary>
    private static int BinOf(long ticks)
    {
        ulong quarterMs = (ulong)Math.Max(ticks, 0) / (TimeSpan.TicksPerMillisecond / 4);
        if (quarterMs < 4)
        {
            return 0;
        }

        int exponent = 63 - System.Numerics.BitOperations.LeadingZeroCount(quarterMs);
        int bin = ((exponent - 2) * 4) + (int)((quarterMs >> (exponent - 2)) & 3);
        return Math.Min(bin, LatencyBins - 1);
    }

    private static long LowerEdgeTicks(int bin) => ((4L + (bin & 3)) << (bin >> 2)) * (TimeSpan.TicksPerMillisecond / 4);

    private static int BucketOf(long second) => (int)(second & (Buckets - 1)) * CellsPerBucket;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(long second, int cell, int amount)
    {
        ref long place = ref _cells[BucketOf(second) + cell];
        if (Volatile.Read(ref place) >> 32 == second)
        {
            Interlocked.Add(ref place, amount);
        }
        else
        {
            AddToNewSecond(ref place, second, amount);
        }
    }

    private static void AddToNewSecond(ref long place, long second, int amount)
    {
        while (true)
        {
            long seen = Volatile.Read(ref place);
            long next = seen >> 32 == second ? seen + amount : (second << 32) | (uint)amount;
            if (Interlocked.CompareExchange(ref place, next, seen) == seen)
            {
                return;
            }
        }
    }

    private long Sum(int cell, long fromSecond, long toSecond)
    {
        long sum = 0;
        for (long second = Math.Max(fromSecond, toSecond - Buckets + 1); second <= toSecond; second++)
        {
            long value = Volatile.Read(ref _cells[BucketOf(second) + cell]);
            if (value >> 32 == second)
            {
                sum += (uint)value;
            }
        }

        return sum;
    }
}
