namespace FastGate.Proxy.Upstream;

/// <summary>Why no connection to a provider could be had.</summary>
internal enum ConnectFailure : byte
{
    /// <summary>A connection was had.</summary>
    None,

    /// <summary>The name could not be resolved.</summary>
    Dns,

    /// <summary>The connection was refused or the network is not reachable.</summary>
    Refused,

    /// <summary>The TLS handshake failed, usually because of the certificate.</summary>
    Tls,

    /// <summary>Not within the connect timeout.</summary>
    Timeout,

    /// <summary>The pool's bound is reached and no connection came back within the connect timeout.</summary>
    PoolExhausted,

    /// <summary>The caller went away meanwhile.</summary>
    Cancelled,
}
