namespace FastGate.Proxy.Idempotency;

/// <summary>How giving a run's answer to another client ended.</summary>
internal enum JoinOutcome : byte
{
    /// <summary>The whole answer was sent.</summary>
    Complete,

    /// <summary>The answer broke off, for this client as for the first.</summary>
    Broken,

    /// <summary>The client went, or did not read.</summary>
    Gone,

    /// <summary>The client's own deadline passed before the answer began. Nothing was sent.</summary>
    TooLate,

    /// <summary>The run ended without an answer: a fault of the gateway's. Nothing was sent.</summary>
    NoAnswer,

    /// <summary>The answer's beginning is not there any more: it is larger than what is kept. Nothing was sent.</summary>
    TooLarge,
}
