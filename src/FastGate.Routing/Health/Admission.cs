namespace FastGate.Routing.Health;

/// <summary>In what role an attempt was let through to a target.</summary>
internal enum AdmissionKind : byte
{
    /// <summary>Ordinary traffic.</summary>
    Normal = 0,

    /// <summary>The one trial of a recovering target.</summary>
    Trial,

    /// <summary>Every target was out of rotation and this one was the best of them.</summary>
    LastChance,
}

/// <summary>
/// The leave to make one attempt, handed back with its outcome so that late news is told from fresh: what an attempt
/// begun before a recovery says is not held against the recovered target.
/// </summary>
internal readonly struct Admission
{
    internal Admission(AdmissionKind kind, ushort epoch, long sequence, long startTicks)
    {
        Sequence = sequence;
        Kind = kind;
        Epoch = epoch;
        StartTicks = startTicks;
    }

    /// <summary>The role.</summary>
    internal AdmissionKind Kind { get; }

    /// <summary>When the attempt begins, in ticks of <see cref="Timing.MonotonicClock"/>.</summary>
    internal long StartTicks { get; }

    /// <summary>Its number among the target's attempts in the order of beginning; 0 for one that never began.</summary>
    internal long Sequence { get; }

    /// <summary>The state change of the target this leave belongs to.</summary>
    internal ushort Epoch { get; }
}
