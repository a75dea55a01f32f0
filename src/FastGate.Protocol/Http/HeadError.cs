namespace FastGate.Protocol.Http;

/// <summary>Why a message head was refused: one value for each distinct fault.</summary>
public enum HeadError : byte
{
    /// <summary>The head is not refused.</summary>
    None,

    /// <summary>The first line is not METHOD SP TARGET SP VERSION.</summary>
    BadRequestLine,

    /// <summary>The first line is not VERSION SP STATUS SP REASON.</summary>
    BadStatusLine,

    /// <summary>The request target is not in origin-form, absolute-form or (for OPTIONS) asterisk-form, or has an octet it may not have.</summary>
    BadTarget,

    /// <summary>The version is neither HTTP/1.0 nor HTTP/1.1.</summary>
    UnsupportedVersion,

    /// <summary>A line ends in LF without CR. Found first, whatever else is wrong.</summary>
    BareLineFeed,

    /// <summary>A CR is not followed by LF.</summary>
    BareCarriageReturn,

    /// <summary>A header line begins with white space (RFC 9112 §5.2).</summary>
    ObsFold,

    /// <summary>There is white space between a field name and its colon (RFC 9112 §5.1).</summary>
    SpaceBeforeColon,

    /// <summary>A header line has no colon, or a name that is empty or not a token.</summary>
    BadHeaderName,

    /// <summary>A field value has NUL, DEL or another control octet than HTAB.</summary>
    BadHeaderValue,

    /// <summary>The head does not end within <see cref="HeadLimits.MaxBytes"/>.</summary>
    HeadTooLarge,

    /// <summary>There are more fields than <see cref="HeadLimits.MaxHeaders"/>.</summary>
    TooManyHeaders,

    /// <summary>The <c>Connection</c> fields name more than 32 options.</summary>
    TooManyConnectionOptions,

    /// <summary>An HTTP/1.1 request has no <c>Host</c>.</summary>
    MissingHost,

    /// <summary>A request has more than one <c>Host</c>.</summary>
    RepeatedHost,

    /// <summary>The <c>Host</c> value is empty or no host with an optional port.</summary>
    BadHost,

    /// <summary>The <c>Content-Length</c> is not a plain decimal number below 2^63.</summary>
    BadContentLength,

    /// <summary>There is more than one <c>Content-Length</c>, be they equal or not.</summary>
    RepeatedContentLength,

    /// <summary><c>Content-Length</c> and <c>Transfer-Encoding</c> come together.</summary>
    LengthWithTransferEncoding,

    /// <summary>An HTTP/1.0 request has a <c>Transfer-Encoding</c> (RFC 9112 §6.1).</summary>
    TransferEncodingBeforeHttp11,

    /// <summary>The <c>Transfer-Encoding</c> is malformed, repeated, or has <c>chunked</c> twice or not at the end.</summary>
    BadTransferEncoding,

    /// <summary>The <c>Transfer-Encoding</c> is well-formed but is not exactly <c>chunked</c>.</summary>
    UnsupportedTransferEncoding,
}
