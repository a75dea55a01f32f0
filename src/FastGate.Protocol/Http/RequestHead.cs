namespace FastGate.Protocol.Http;

/// <summary>The head of a request; filled by <see cref="RequestParser"/>.</summary>
public sealed class RequestHead : MessageHead
{
    /// <summary>The method, if it is one of the usual ones.</summary>
    public HttpVerb Verb { get; internal set; }

    /// <summary>The method as sent.</summary>
    public ByteSlice Method { get; internal set; }

    /// <summary>The request target as sent (RFC 9112 §3.2), in origin-form, absolute-form or asterisk-form.</summary>
    public ByteSlice Target { get; internal set; }

    /// <summary>The path of the target, percent-encoding untouched; begins with <c>/</c>, or is <c>*</c>.</summary>
    public ByteSlice Path { get; internal set; }

    /// <summary>The query of the target, without the question mark; empty if there is none.</summary>
    public ByteSlice Query { get; internal set; }

    /// <summary>True if the client waits for 100 (Continue) before it sends the body (RFC 9110 §10.1.1). Never set by HTTP/1.0.</summary>
    public bool ExpectContinue { get; internal set; }

    private protected override void ResetStartLine()
    {
        Verb = HttpVerb.Other;
        Method = default;
        Target = default;
        Path = default;
        Query = default;
        ExpectContinue = false;
    }
}
