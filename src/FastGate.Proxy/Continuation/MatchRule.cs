namespace FastGate.Proxy.Continuation;

/// <summary>What a continuation's text may repeat of what was delivered.</summary>
internal enum MatchRule : byte
{
    /// <summary>All of it, octet for octet, or the text is refused: the request was simply asked again.</summary>
    Exact,

    /// <summary>All of it, or its end. The provider was given the beginning as its own, so a short repetition is more likely the text's.</summary>
    AfterPrefix,

    /// <summary>All of it, or its end, a short word included: the provider was told to go on, and tends to take up the last words.</summary>
    AfterRequest,
}

/// <summary>How far an <see cref="AnswerMatcher"/> is.</summary>
internal enum MatchState : byte
{
    /// <summary>What has come may still be a repetition; it is held back.</summary>
    Matching,

    /// <summary>All further text is new.</summary>
    Passing,

    /// <summary>The text is of a different answer and may not be shown.</summary>
    Refused,
}
