namespace FastGate.Protocol.Http;

/// <summary>How the end of a message body is found (RFC 9112 §6.3).</summary>
public enum BodyFraming : byte
{
    /// <summary>There is no body.</summary>
    None,

    /// <summary>The body has exactly <see cref="MessageHead.ContentLength"/> octets (perhaps 0).</summary>
    ContentLength,

    /// <summary>The body is in chunks (RFC 9112 §7.1).</summary>
    Chunked,

    /// <summary>The body of a response ends with the connection.</summary>
    UntilClose,
}
