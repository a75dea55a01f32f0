namespace FastGate.Protocol.Http;

/// <summary>The request methods of RFC 9110 §9 and PATCH (RFC 5789). Methods are case-sensitive.</summary>
public enum HttpVerb : byte
{
    /// <summary>Any other token; its text is <see cref="RequestHead.Method"/>.</summary>
    Other,

    /// <summary>GET.</summary>
    Get,

    /// <summary>HEAD.</summary>
    Head,

    /// <summary>POST.</summary>
    Post,

    /// <summary>PUT.</summary>
    Put,

    /// <summary>PATCH.</summary>
    Patch,

    /// <summary>DELETE.</summary>
    Delete,

    /// <summary>OPTIONS.</summary>
    Options,

    /// <summary>CONNECT.</summary>
    Connect,

    /// <summary>TRACE.</summary>
    Trace,
}
