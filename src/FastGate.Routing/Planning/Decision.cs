using FastGate.Routing.Outcomes;
using FastGate.Routing.Targets;

namespace FastGate.Routing.Planning;

/// <summary>What a <see cref="FallbackCursor"/> wants done.</summary>
public enum DecisionKind : byte
{
    /// <summary>Nothing: no further attempt can be started in parallel.</summary>
    None = 0,

    /// <summary>Make an attempt.</summary>
    Attempt,

    /// <summary>This attempt failed, others are still under way: wait for their outcomes.</summary>
    Await,

    /// <summary>This attempt answers the request; all others are to be abandoned.</summary>
    Commit,

    /// <summary>It is over: give the client what there is.</summary>
    Stop,
}

/// <summary>Why a request ended without an answer.</summary>
public enum StopReason : byte
{
    /// <summary>It did not, or it has been told before.</summary>
    None = 0,

    /// <summary>The rules left no target to begin with: conditions, input size, provider lock, or keys all refused.</summary>
    NoTarget,

    /// <summary>The class of failure is not to be rerouted: it goes to the client as it is.</summary>
    Refused,

    /// <summary>Every target was tried or is out of rotation.</summary>
    Exhausted,

    /// <summary>As many targets were tried as the route allows.</summary>
    HopsExhausted,

    /// <summary>The deadline has passed.</summary>
    DeadlineExceeded,

    /// <summary>Every target was out of rotation, and the one attempt on the best of them failed.</summary>
    AllFailed,

    /// <summary>The client has gone.</summary>
    ClientGone,
}

/// <summary>What is special about an attempt.</summary>
[Flags]
public enum AttemptFlags : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The same target as before.</summary>
    Retry = 1,

    /// <summary>The same target with another key.</summary>
    OtherKey = 2,

    /// <summary>Not on a kept-alive connection: the last one was stale, or staleness must not cost the only attempt.</summary>
    FreshConnection = 4,

    /// <summary>Content has been delivered: the rest of the answer is asked for.</summary>
    Continuation = 8,

    /// <summary>Started beside another attempt: a hedge or a race.</summary>
    Parallel = 16,

    /// <summary>The trial of a recovering target.</summary>
    Trial = 32,

    /// <summary>Every target was out of rotation; no other attempt will follow.</summary>
    LastChance = 64,
}

/// <summary>What to do next. A value.</summary>
public readonly struct Decision
{
    /// <summary>What.</summary>
    public DecisionKind Kind { get; init; }

    /// <summary>The attempt this is about; hand it back with its outcome.</summary>
    public byte Slot { get; init; }

    /// <summary>Index into <see cref="Target"/>'s keys, for an attempt.</summary>
    public short KeyIndex { get; init; }

    /// <summary>What is special about the attempt.</summary>
    public AttemptFlags Flags { get; init; }

    /// <summary>Why, for <see cref="DecisionKind.Stop"/>.</summary>
    public StopReason Stop { get; init; }

    /// <summary>The class that led here; <see cref="FailureClass.None"/> for a first attempt.</summary>
    public FailureClass Reason { get; init; }

    /// <summary>The target, for an attempt or a commit.</summary>
    public Target? Target { get; init; }

    /// <summary>How long to wait before the attempt; after a wait, ask <see cref="FallbackCursor.AfterWait"/>.</summary>
    public TimeSpan Wait { get; init; }
}
