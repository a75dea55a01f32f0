namespace FastGate.Proxy.Streams;

/// <summary>What is to be done with one event of a stream.</summary>
internal enum EventAction : byte
{
    /// <summary>The client gets it.</summary>
    Pass,

    /// <summary>The client does not get it: it is malformed, or it is the provider's error.</summary>
    Drop,
}
