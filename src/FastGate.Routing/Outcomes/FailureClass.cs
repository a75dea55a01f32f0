namespace FastGate.Routing.Outcomes;

/// <summary>
/// What an attempt came to. The snake_case names (<see cref="FailureClasses.Name"/>) are used in configuration, metrics,
/// spans and headers and are final.
/// </summary>
public enum FailureClass : byte
{
    /// <summary>No failure: the attempt was answered.</summary>
    None = 0,

    /// <summary>DNS, refused, TLS or connect timeout: nothing was sent.</summary>
    Connect,

    /// <summary>Closed or reset before a response head.</summary>
    Reset,

    /// <summary>No response head within <c>first_byte</c>.</summary>
    Timeout,

    /// <summary>A head, but no content event within <c>first_token</c>.</summary>
    SlowFirstToken,

    /// <summary>A stream silent for <c>stall</c>; comments and pings are not life.</summary>
    Stall,

    /// <summary>A stream that ended without a finish reason, or whose chunked framing broke.</summary>
    StreamCut,

    /// <summary>500, 502-504, 520-528 and their provider equivalents.</summary>
    Upstream5xx,

    /// <summary>429, 529, overload and quota answers, also as the first event of a 200 stream.</summary>
    RateLimited,

    /// <summary>401, 402, 403: the key, not the target, is at fault.</summary>
    Auth,

    /// <summary>The input does not fit the model.</summary>
    ContextWindow,

    /// <summary>The provider's content filter refused.</summary>
    ContentPolicy,

    /// <summary>The provider does not have the model.</summary>
    ModelNotFound,

    /// <summary>The provider does not have the endpoint: 405, 501, a 404 about the path.</summary>
    NotSupported,

    /// <summary>Any other 4xx: the client's fault.</summary>
    BadRequest,

    /// <summary>A body that is no JSON, or an impossible response head.</summary>
    Malformed,

    /// <summary>The gateway's own guardrail refused.</summary>
    Guardrail,

    /// <summary>The gateway's own quality check refused.</summary>
    Quality,

    /// <summary>The gateway's own budget refused.</summary>
    Budget,
}
