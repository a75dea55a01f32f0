namespace FastGate.Protocol.Http;

/// <summary>
/// The header fields a gateway looks at. The first nine concern one connection only; the values are below 64, so that a set of them fits one word.
/// </summary>
public enum KnownHeader : byte
{
    /// <summary>A field the gateway does not look at.</summary>
    Other,

    /// <summary>A name beginning <c>x-fastgate-</c> that is none of those below.</summary>
    XFastgateOther,

    /// <summary><c>connection</c></summary>
    Connection,

    /// <summary><c>keep-alive</c></summary>
    KeepAlive,

    /// <summary><c>proxy-connection</c></summary>
    ProxyConnection,

    /// <summary><c>proxy-authenticate</c></summary>
    ProxyAuthenticate,

    /// <summary><c>proxy-authorization</c></summary>
    ProxyAuthorization,

    /// <summary><c>te</c></summary>
    TE,

    /// <summary><c>trailer</c></summary>
    Trailer,

    /// <summary><c>transfer-encoding</c></summary>
    TransferEncoding,

    /// <summary><c>upgrade</c></summary>
    Upgrade,

    /// <summary><c>host</c></summary>
    Host,

    /// <summary><c>content-length</c></summary>
    ContentLength,

    /// <summary><c>expect</c></summary>
    Expect,

    /// <summary><c>content-type</c></summary>
    ContentType,

    /// <summary><c>content-encoding</c></summary>
    ContentEncoding,

    /// <summary><c>accept</c></summary>
    Accept,

    /// <summary><c>accept-encoding</c></summary>
    AcceptEncoding,

    /// <summary><c>authorization</c></summary>
    Authorization,

    /// <summary><c>x-api-key</c></summary>
    XApiKey,

    /// <summary><c>api-key</c></summary>
    ApiKey,

    /// <summary><c>x-goog-api-key</c></summary>
    XGoogApiKey,

    /// <summary><c>cookie</c></summary>
    Cookie,

    /// <summary><c>set-cookie</c></summary>
    SetCookie,

    /// <summary><c>date</c></summary>
    Date,

    /// <summary><c>server</c></summary>
    Server,

    /// <summary><c>retry-after</c></summary>
    RetryAfter,

    /// <summary><c>retry-after-ms</c></summary>
    RetryAfterMs,

    /// <summary><c>x-request-id</c></summary>
    XRequestId,

    /// <summary><c>request-id</c></summary>
    RequestId,

    /// <summary><c>traceparent</c></summary>
    Traceparent,

    /// <summary><c>tracestate</c></summary>
    Tracestate,

    /// <summary><c>idempotency-key</c></summary>
    IdempotencyKey,

    /// <summary><c>last-event-id</c></summary>
    LastEventId,

    /// <summary><c>cache-control</c></summary>
    CacheControl,

    /// <summary><c>alt-svc</c></summary>
    AltSvc,

    /// <summary><c>strict-transport-security</c></summary>
    StrictTransportSecurity,

    /// <summary><c>location</c></summary>
    Location,

    /// <summary><c>user-agent</c></summary>
    UserAgent,

    /// <summary><c>x-fastgate-route</c></summary>
    XFastgateRoute,

    /// <summary><c>x-fastgate-target</c></summary>
    XFastgateTarget,

    /// <summary><c>x-fastgate-attempts</c></summary>
    XFastgateAttempts,

    /// <summary><c>x-fastgate-fallback</c></summary>
    XFastgateFallback,

    /// <summary><c>x-fastgate-cache</c></summary>
    XFastgateCache,

    /// <summary><c>x-fastgate-idempotency</c></summary>
    XFastgateIdempotency,

    /// <summary><c>x-fastgate-idempotency-key</c></summary>
    XFastgateIdempotencyKey,

    /// <summary><c>x-fastgate-stream</c></summary>
    XFastgateStream,

    /// <summary><c>x-fastgate-stream-resume</c></summary>
    XFastgateStreamResume,

    /// <summary><c>x-fastgate-timeout-ms</c></summary>
    XFastgateTimeoutMs,
}
