namespace FastGate.MockProvider.Behaviours;

/// <summary>What becomes of one call.</summary>
internal enum Outcome
{
    /// <summary>The answer, sent as <see cref="Plan.Pace"/> says.</summary>
    Answer,
    ServerError,
    Unavailable,
    RateLimited,

    /// <summary>RST before any byte of a response.</summary>
    Reset,

    /// <summary>Nothing, until the client goes.</summary>
    Silent,
    ContextLength,
    ContentPolicy,
    BadKey,

    /// <summary>An answer, unless the conversation ends with the assistant's words: those are refused.</summary>
    AnswerWithoutPrefill,
}

/// <summary>Where in a stream something happens to it.</summary>
internal enum Incident
{
    None,
    Cut,
    Stall,
    Malformed,
}

/// <summary>The times and accidents of sending an answer.</summary>
internal sealed record Pace
{
    internal TimeSpan BeforeHead { get; init; }

    internal TimeSpan BetweenHeadBytes { get; init; }

    internal TimeSpan BeforeFirstEvent { get; init; }

    internal TimeSpan BetweenTokens { get; init; }

    internal TimeSpan BetweenPings { get; init; } = TimeSpan.FromSeconds(1);

    internal Incident Incident { get; init; }

    /// <summary>Events before the incident; null for the middle of the content.</summary>
    internal int? IncidentAfter { get; init; }

    internal bool OmitDone { get; init; }

    /// <summary>How a cut stream, or one without its <c>[DONE]</c>, ends.</summary>
    internal StreamEnd End { get; init; }
}

/// <summary>One call's outcome, its pace, and what the request fixed.</summary>
internal sealed record Plan(Outcome Outcome, Pace Pace, MockParameters Parameters);
