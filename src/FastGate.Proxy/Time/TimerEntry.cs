namespace FastGate.Proxy.Time;

/// <summary>
/// Something that can be told that its deadline has passed. An entry is in at most one slot of one <see cref="TimerWheel"/>, and
/// is armed and disarmed only by the single flow that owns it; <see cref="OnDeadline"/> is called by the wheel.
/// </summary>
internal abstract class TimerEntry
{
    /// <summary>The deadline of a disarmed entry.</summary>
    internal const long Never = long.MaxValue;

    // Written by the owner (interlocked, see TimerWheel.Arm), read by the wheel.
    internal long DeadlineTick = Never;

    // The tick at which the wheel will look at this entry next; 0 while it is in no slot. Written under the wheel's lock.
    internal long ScheduledTick;
    internal TimerEntry? NextInSlot;
    internal TimerEntry? PreviousInSlot;

    /// <summary>
    /// Called once, on the wheel's thread and outside its lock, when the deadline has passed. It must only signal: whoever waits does the work.
    /// The owner may have re-armed in the meantime, so it must look at its own state when it wakes.
    /// </summary>
    protected internal abstract void OnDeadline();
}
