namespace FastGate.Proxy.Responses;

/// <summary>Where an answer comes from, for the fields <c>x-fastgate-idempotency</c> and <c>x-fastgate-cache</c>.</summary>
internal enum AnswerOrigin : byte
{
    /// <summary>Made for this request.</summary>
    Made,

    /// <summary>Made for this request and taken down for those who repeat it.</summary>
    Stored,

    /// <summary>Made for another request with the same key, while that ran.</summary>
    Joined,

    /// <summary>Made for another request with the same key, and kept.</summary>
    Replayed,

    /// <summary>From the answer store.</summary>
    CacheHit,

    /// <summary>From the answer store, since nobody could answer any more.</summary>
    CacheStale,
}
