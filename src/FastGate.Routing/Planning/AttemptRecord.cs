using System.Runtime.CompilerServices;
using FastGate.Routing.Health;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Targets;

namespace FastGate.Routing.Planning;

/// <summary>One attempt of a request, for <c>error.attempts</c>, logs and spans.</summary>
/// <param name="Target">The target.</param>
/// <param name="Failure">How it failed; <see cref="FailureClass.None"/> while under way, when answered, or when abandoned.</param>
/// <param name="Status">The provider's status; 0 when there was none.</param>
/// <param name="Flags">What was special about it.</param>
/// <param name="StartTicks">When it was to begin, its wait included.</param>
public readonly record struct AttemptRecord(Target Target, FailureClass Failure, short Status, AttemptFlags Flags, long StartTicks);

/// <summary>An attempt as the cursor keeps it.</summary>
internal struct AttemptEntry
{
    internal long StartTicks;
    internal short Status;
    internal byte Leaf;
    internal FailureClass Failure;
    internal AttemptFlags Flags;
}

[InlineArray(FallbackCursor.KeptAttempts)]
internal struct AttemptEntries
{
    private AttemptEntry _first;
}

/// <summary>One target of a request, tried once or more.</summary>
internal struct AttemptSlot
{
    internal Admission Admission;
    internal uint KeysTried;
    internal short Key;
    internal byte Leaf;
    internal byte Retries;
    internal bool Active;
    internal bool Waiting;
    internal bool FreeRetryUsed;
    internal bool Credited;
    internal FailureClass LastFailure;
    internal byte Entry;
}

[InlineArray(FallbackCursor.MaximumHops)]
internal struct AttemptSlots
{
    private AttemptSlot _first;
}

[InlineArray(FallbackCursor.MaximumHops)]
internal struct ChainTargets
{
    private Target? _first;
}
