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

    /// <summary>Bytes of the body before a cut or a stall, which may fall inside an event; null where events count.</summary>
    internal int? IncidentAfterBytes { get; init; }

    /// <summary>The place of a drawn incident as a share of what could be sent before it, 0 to 1; null where the place is given.</summary>
    internal double? IncidentShare { get; init; }

    /// <summary>Whether a drawn cut or stall may fall inside an event.</summary>
    internal bool IncidentInsideEvents { get; init; }

    /// <summary>Which of the dialect's broken events a malformed one is.</summary>
    internal int BrokenForm { get; init; }

    /// <summary>The most bytes of one write; 0 for no limit.</summary>
    internal int Slice { get; init; }

    internal bool OmitDone { get; init; }

    /// <summary>How a cut stream, or one without its <c>[DONE]</c>, ends.</summary>
    internal StreamEnd End { get; init; }
}

/// <summary>One call's outcome, its pace, and what the request fixed.</summary>
internal sealed record Plan(Outcome Outcome, Pace Pace, MockParameters Parameters);
