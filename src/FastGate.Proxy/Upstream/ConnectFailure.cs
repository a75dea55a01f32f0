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

    /// <summary>The pool's bound is reached and no connection came back before the caller's patience was at its end.</summary>
    PoolExhausted,

    /// <summary>Not before the caller's patience was at its end, or the caller went away.</summary>
    Cancelled,
}
