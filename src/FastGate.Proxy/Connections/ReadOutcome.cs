namespace FastGate.Proxy.Connections;

/// <summary>How reading a part of a request ended.</summary>
internal enum ReadOutcome : byte
{
    /// <summary>The part is there.</summary>
    Complete,

    /// <summary>The client closed, or nothing came within the idle time: there is nobody to answer.</summary>
    Closed,

    /// <summary>What came is no HTTP; the head says why. The framing cannot be trusted any more.</summary>
    InvalidHead,

    /// <summary>The body's framing is broken.</summary>
    InvalidBody,

    /// <summary>The head or the body took too long.</summary>
    Timeout,

    /// <summary>The body is larger than allowed.</summary>
    TooLarge,
}
