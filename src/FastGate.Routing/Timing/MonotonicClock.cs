namespace FastGate.Routing.Timing;

/// <summary>
/// Time as this project takes it: ticks of 100 ns (<see cref="TimeSpan.Ticks"/>) since the clock was made, never running
/// backwards. Everything in FastGate.Routing takes such a number; nothing in it reads a clock.
/// </summary>
/// <param name="time">Where time comes from.</param>
public sealed class MonotonicClock(TimeProvider time)
{
    // A second in hand, so that zero can mean "never" everywhere.
    private const long StartTicks = TimeSpan.TicksPerSecond;

    private readonly long _origin = time.GetTimestamp();
    private readonly double _ticksPerUnit = (double)TimeSpan.TicksPerSecond / time.TimestampFrequency;

    /// <summary>Now, in ticks of 100 ns; at least one second's worth.</summary>
    public long NowTicks => TicksAt(time.GetTimestamp());

    /// <summary>The same for a moment that was taken down.</summary>
    /// <param name="timestamp">What <see cref="TimeProvider.GetTimestamp"/> of the same clock gave; not from before this one was made.</param>
    public long TicksAt(long timestamp) => StartTicks + (long)((timestamp - _origin) * _ticksPerUnit);
}
