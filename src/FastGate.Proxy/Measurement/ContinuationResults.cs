namespace FastGate.Proxy.Measurement;

/// <summary>What came of going on with a broken stream, as it is counted.</summary>
internal static class ContinuationResults
{
    /// <summary>Another target went on with the answer, to its end or until it broke off too.</summary>
    internal const string Continued = "continued";

    /// <summary>Another target was asked and failed, or refused.</summary>
    internal const string Failed = "failed";

    /// <summary>Another target answered something else.</summary>
    internal const string Mismatch = "mismatch";

    /// <summary>There was no target left to ask, or no time.</summary>
    internal const string NoTarget = "no_target";

    /// <summary>The answer cannot be continued: what was delivered is no text, or too much of it, or the stream's grammar does not allow it.</summary>
    internal const string Impossible = "impossible";

    internal static string[] All => [Continued, Failed, Mismatch, NoTarget, Impossible];
}
