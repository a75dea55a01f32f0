namespace FastGate.Providers.Classification;

/// <summary>What a provider's answer comes to. The failures have the names and meanings of the classes that routing knows.</summary>
public enum VerdictKind : byte
{
    /// <summary>No failure: an answer, or an event that reports no error.</summary>
    Answer = 0,

    /// <summary>429, 529, overload and quota answers, whatever status they came with.</summary>
    RateLimited,

    /// <summary>401, 402, 403, and refusals of the key under another status: the key, not the target, is at fault.</summary>
    Auth,

    /// <summary>The input does not fit the model.</summary>
    ContextWindow,

    /// <summary>The provider's content filter refused.</summary>
    ContentPolicy,

    /// <summary>The provider does not have the model, or the key may not use it.</summary>
    ModelNotFound,

    /// <summary>The provider does not have the endpoint: 405, 501, a 404 about the path rather than a model.</summary>
    NotSupported,

    /// <summary>Any other 4xx: the client's fault.</summary>
    BadRequest,

    /// <summary>5xx but 501 and 529, and a provider's report of its own failure inside a stream.</summary>
    Upstream5xx,

    /// <summary>Not an answer at all: an event that is no JSON, or a status no API answers with.</summary>
    Malformed,
}
