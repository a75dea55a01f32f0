using System.Runtime.InteropServices;

namespace FastGate.Routing.Health;

/// <summary>
/// What every attempt writes, on a cache line of its own, away from the word every request reads. 128 bytes to both sides:
/// processors fetch lines in pairs.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 280)]
internal struct HotCounters
{
    /// <summary>Number of the newest attempt.</summary>
    [FieldOffset(128)]
    internal long Sequence;

    /// <summary>When traffic last had a result.</summary>
    [FieldOffset(136)]
    internal long LastResultTicks;

    /// <summary>When rates are looked at next.</summary>
    [FieldOffset(144)]
    internal long NextEvaluationTicks;
}
