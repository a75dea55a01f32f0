namespace FastGate.Proxy.Idempotency;

/// <summary>What came of claiming a key.</summary>
internal enum ClaimKind : byte
{
    /// <summary>It is new: the caller runs the request.</summary>
    Begun,

    /// <summary>The same request runs: the caller is given its answer while it is made.</summary>
    Found,

    /// <summary>The same request has run: the caller is given the answer that is kept.</summary>
    Kept,

    /// <summary>The key stands for another request.</summary>
    Conflict,

    /// <summary>There is no room and nothing that could be given up: the request runs without being remembered.</summary>
    Full,
}
