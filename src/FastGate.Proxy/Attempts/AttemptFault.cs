namespace FastGate.Proxy.Attempts;

/// <summary>How an upstream call failed, as the transport and the framing see it. What is done about it is decided elsewhere.</summary>
internal enum AttemptFault : byte
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>No connection: name, refusal, TLS or connect timeout; see the detail.</summary>
    Connect,

    /// <summary>Not within the connect timeout.</summary>
    ConnectTimeout,

    /// <summary>Every connection of the pool was in use.</summary>
    PoolExhausted,

    /// <summary>Closed or reset before a response head.</summary>
    Reset,

    /// <summary>No response head within <c>first_byte</c>.</summary>
    FirstByteTimeout,

    /// <summary>A response head but no content event within <c>first_token</c>.</summary>
    FirstTokenTimeout,

    /// <summary>The request's own deadline passed.</summary>
    Deadline,

    /// <summary>The call took longer than <c>total</c>.</summary>
    TotalTimeout,

    /// <summary>The response head is no HTTP, or an event is larger than any event may be.</summary>
    Malformed,

    /// <summary>The response ended before it was complete.</summary>
    Cut,

    /// <summary>A stream fell silent for <c>stall</c>.</summary>
    Stall,

    /// <summary>The provider reported an error inside a stream.</summary>
    StreamError,

    /// <summary>The provider's content filter ended the answer before it had any content.</summary>
    ContentFiltered,

    /// <summary>A provider that was to go on with an answer gave a different one.</summary>
    OtherAnswer,

    /// <summary>The client went away; there is nobody to answer.</summary>
    ClientGone,
}
