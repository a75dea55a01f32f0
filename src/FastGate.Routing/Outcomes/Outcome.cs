namespace FastGate.Routing.Outcomes;

/// <summary>Circumstances of an <see cref="Outcome"/> that change what follows from its class.</summary>
[Flags]
public enum OutcomeFlags : byte
{
    /// <summary>None of the below.</summary>
    None = 0,

    /// <summary>The attempt used a kept-alive connection. With <see cref="FailureClass.Reset"/> this earns one free try on a fresh one.</summary>
    PooledConnection = 1,

    /// <summary>Success so far: the first content event of a stream is here, its end is still to be reported.</summary>
    FirstToken = 2,

    /// <summary>The client has gone: everything ends at once and nothing counts against the target.</summary>
    ClientGone = 4,
}

/// <summary>
/// What came of one attempt, as the classifier saw it. A value: nothing here refers to the response.
/// </summary>
public readonly struct Outcome
{
    /// <summary>The class; <see cref="FailureClass.None"/> is success.</summary>
    public FailureClass Class { get; init; }

    /// <summary>Circumstances of the attempt.</summary>
    public OutcomeFlags Flags { get; init; }

    /// <summary>The provider's HTTP status; 0 when there was none.</summary>
    public short Status { get; init; }

    /// <summary>What the provider asked to wait, from whichever header it used; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>From sending the request to the first content event; null when not measured (or already reported).</summary>
    public TimeSpan? FirstToken { get; init; }

    /// <summary>From sending the request to its end; null when not measured.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>A complete answer.</summary>
    /// <param name="duration">From sending the request to the last byte.</param>
    /// <param name="firstToken">From sending the request to the first content; null when it was reported before.</param>
    public static Outcome Success(TimeSpan duration, TimeSpan? firstToken = null) =>
        new() { Status = 200, Duration = duration, FirstToken = firstToken };

    /// <summary>The first content event of a stream: the choice of target is made, the end will be reported separately.</summary>
    /// <param name="firstToken">From sending the request to the event.</param>
    public static Outcome StreamStarted(TimeSpan firstToken) =>
        new() { Status = 200, FirstToken = firstToken, Flags = OutcomeFlags.FirstToken };

    /// <summary>A failure.</summary>
    /// <param name="failure">Its class.</param>
    /// <param name="status">The provider's status; 0 when there was none.</param>
    /// <param name="retryAfter">What the provider asked to wait.</param>
    /// <param name="flags">Circumstances.</param>
    public static Outcome Failure(FailureClass failure, short status = 0, TimeSpan? retryAfter = null, OutcomeFlags flags = OutcomeFlags.None) =>
        new() { Class = failure, Status = status, RetryAfter = retryAfter, Flags = flags };

    /// <summary>The client went away before the answer.</summary>
    public static Outcome Gone => new() { Status = 499, Flags = OutcomeFlags.ClientGone };
}
