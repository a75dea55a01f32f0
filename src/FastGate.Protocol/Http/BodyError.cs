namespace FastGate.Protocol.Http;

/// <summary>How the framing of a body is broken.</summary>
public enum BodyError : byte
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>A chunk does not begin with 1 to 15 hexadecimal digits, or something else than an extension or CRLF follows them.</summary>
    BadChunkSize,

    /// <summary>A chunk extension has a control octet or a line end that is not CRLF.</summary>
    BadChunkExtension,

    /// <summary>A chunk extension is longer than <see cref="BodyDecoder.MaxExtensionBytes"/>.</summary>
    ChunkExtensionTooLong,

    /// <summary>The data of a chunk are not followed by CRLF.</summary>
    MissingChunkEnd,

    /// <summary>A trailer is not a valid field line.</summary>
    BadTrailer,

    /// <summary>The trailers are larger than <see cref="BodyDecoder.MaxTrailerBytes"/>.</summary>
    TrailersTooLarge,

    /// <summary>The input ended before the body did.</summary>
    Truncated,
}
