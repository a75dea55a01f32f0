namespace FastGate.Routing.Targets;

/// <summary>
/// What is under way on a target, and the peak EWMA of its first-token time: a slower one counts at once, faster ones by and
/// by (the idea is Finagle's peak EWMA balancer). It also fades while nothing is measured, so that a target once slow is
/// tried again.
/// </summary>
public sealed class TargetLoad
{
    private const double DecayTicks = 10.0 * TimeSpan.TicksPerSecond;

    private int _inFlight;
    private long _ewmaBits;
    private long _measuredTicks;

    /// <summary>Attempts under way.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    internal void Begin() => Interlocked.Increment(ref _inFlight);

    internal void End() => Interlocked.Decrement(ref _inFlight);

    /// <summary>Takes a first-token time into account. A sample lost to a race with another is no harm.</summary>
    internal void Measured(long firstTokenTicks, long nowTicks)
    {
        long seen = Volatile.Read(ref _ewmaBits);
        double ewma = BitConverter.Int64BitsToDouble(seen);
        double next = firstTokenTicks;
        if (firstTokenTicks < ewma)
        {
            double keep = Math.Exp(-Math.Max(nowTicks - Volatile.Read(ref _measuredTicks), 0) / DecayTicks);
            next = (ewma * keep) + (firstTokenTicks * (1 - keep));
        }

        if (Interlocked.CompareExchange(ref _ewmaBits, BitConverter.DoubleToInt64Bits(next), seen) == seen)
        {
            Volatile.Write(ref _measuredTicks, nowTicks);
        }
    }

    /// <summary>The peak EWMA as it stands, in ticks; 0 when nothing was measured.</summary>
    /// <param name="nowTicks">The time.</param>
    public double FirstTokenTicks(long nowTicks)
    {
        double ewma = BitConverter.Int64BitsToDouble(Volatile.Read(ref _ewmaBits));
        return ewma * Math.Exp(-Math.Max(nowTicks - Volatile.Read(ref _measuredTicks), 0) / DecayTicks);
    }
}
