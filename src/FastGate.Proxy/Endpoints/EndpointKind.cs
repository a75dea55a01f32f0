namespace FastGate.Proxy.Endpoints;

/// <summary>Who answers an endpoint.</summary>
internal enum EndpointKind : byte
{
    /// <summary>A provider, chosen by the model in the request's body.</summary>
    Upstream,

    /// <summary>The gateway: the list of models.</summary>
    ModelList,

    /// <summary>The gateway: one model.</summary>
    ModelInfo,

    /// <summary>The gateway: a stream that was begun before.</summary>
    Stream,

    /// <summary>The gateway: whether it serves.</summary>
    Health,
}
