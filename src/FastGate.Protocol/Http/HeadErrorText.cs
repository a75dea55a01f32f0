namespace FastGate.Protocol.Http;

/// <summary>What to tell the peer about a refused head.</summary>
public static class HeadErrorText
{
    /// <summary>One English sentence, a constant, fit for a client; it quotes nothing of what was sent.</summary>
    /// <param name="error">The fault.</param>
    public static string Describe(this HeadError error) => error switch
    {
        HeadError.BadRequestLine => "The request line is not a method, a target and a version separated by single spaces.",
        HeadError.BadStatusLine => "The status line is not a version, a three-digit status and a reason separated by single spaces.",
        HeadError.BadTarget =>
            "The request target is neither a path nor an http URL, or holds a space, a control character, a non-ASCII character or a fragment.",
        HeadError.UnsupportedVersion => "Only HTTP/1.1 and HTTP/1.0 are spoken here.",
        HeadError.BareLineFeed => "A line of the head ends in a line feed without a carriage return.",
        HeadError.BareCarriageReturn => "The head has a carriage return that is not followed by a line feed.",
        HeadError.ObsFold => "A header line begins with white space; folded header lines are not accepted.",
        HeadError.SpaceBeforeColon => "A header has white space between its name and the colon.",
        HeadError.BadHeaderName => "A header line has no colon, or its name is empty or has a character that names may not have.",
        HeadError.BadHeaderValue => "A header value has a control character.",
        HeadError.HeadTooLarge => "The head of the message is larger than the limit.",
        HeadError.TooManyHeaders => "The message has more headers than the limit.",
        HeadError.TooManyConnectionOptions => "The Connection header names more options than the limit.",
        HeadError.MissingHost => "The Host header is missing.",
        HeadError.RepeatedHost => "There is more than one Host header.",
        HeadError.BadHost => "The Host header is not a host name or address with an optional port.",
        HeadError.BadContentLength => "The Content-Length header is not a plain decimal number, or it is too large.",
        HeadError.RepeatedContentLength => "There is more than one Content-Length header.",
        HeadError.LengthWithTransferEncoding => "Content-Length and Transfer-Encoding must not be sent together.",
        HeadError.TransferEncodingBeforeHttp11 => "Transfer-Encoding does not exist in HTTP/1.0.",
        HeadError.BadTransferEncoding => "The Transfer-Encoding header is malformed, repeated, or does not end in a single \"chunked\".",
        HeadError.UnsupportedTransferEncoding => "The only transfer coding accepted is \"chunked\".",
        _ => "The head of the message is well-formed.",
    };

    /// <summary>The status to answer a request with that has this fault: 400, 431, 501 or 505 (RFC 9110 §15).</summary>
    /// <param name="error">The fault.</param>
    public static int StatusCode(this HeadError error) => error switch
    {
        HeadError.UnsupportedVersion => 505,
        HeadError.HeadTooLarge or HeadError.TooManyHeaders or HeadError.TooManyConnectionOptions => 431,
        HeadError.UnsupportedTransferEncoding => 501,
        _ => 400,
    };
}
