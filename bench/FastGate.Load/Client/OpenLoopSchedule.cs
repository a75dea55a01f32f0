using FastGate.Load.Measuring;

namespace FastGate.Load.Client;

/// <summary>
/// When each request of an open-loop run should start: request n at start + n / rate, whatever happened to the ones
/// before it. Latency counts from that moment, so a stall of the server is seen by every request that should have been
/// under way during it, and not only by the few that were (coordinated omission).
/// </summary>
internal readonly record struct OpenLoopSchedule(long Start, double RatePerSecond)
{
    /// <summary>The moment request <paramref name="index"/> (from 0) should start, in nanoseconds of <see cref="Clock"/>.</summary>
    public long IntendedStart(long index) => Start + (long)(index * (Clock.Second / RatePerSecond));

    /// <summary>How many requests should start before <paramref name="end"/>.</summary>
    public long CountBefore(long end)
    {
        long count = end <= Start ? 0 : (long)((end - Start) * (RatePerSecond / Clock.Second));

        // Rounding may put the estimate one off; the definition decides.
        while (IntendedStart(count) < end)
        {
            count++;
        }

        while (count > 0 && IntendedStart(count - 1) >= end)
        {
            count--;
        }

        return count;
    }
}
