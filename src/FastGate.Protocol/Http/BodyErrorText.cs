namespace FastGate.Protocol.Http;

/// <summary>What to tell the peer about a broken body.</summary>
public static class BodyErrorText
{
    /// <summary>One English sentence, a constant, fit for a client.</summary>
    /// <param name="error">The fault.</param>
    public static string Describe(this BodyError error) => error switch
    {
        BodyError.BadChunkSize => "A chunk of the body does not begin with a valid size.",
        BodyError.BadChunkExtension => "A chunk extension has a control character or does not end in CRLF.",
        BodyError.ChunkExtensionTooLong => "A chunk extension is longer than the limit.",
        BodyError.MissingChunkEnd => "The data of a chunk are not followed by CRLF.",
        BodyError.BadTrailer => "A trailer after the body is not a valid header line.",
        BodyError.TrailersTooLarge => "The trailers after the body are larger than the limit.",
        BodyError.Truncated => "The connection ended before the body was complete.",
        _ => "The body is well-formed.",
    };
}
