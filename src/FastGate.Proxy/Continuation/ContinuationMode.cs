namespace FastGate.Proxy.Continuation;

/// <summary>How a provider is asked to go on with an answer that another one began.</summary>
internal enum ContinuationMode : byte
{
    /// <summary>It is given the beginning as the beginning of its own answer.</summary>
    Prefill,

    /// <summary>It is given the beginning as an earlier answer, and a request to go on from there.</summary>
    Instruct,

    /// <summary>It is asked the same again.</summary>
    Replay,
}
