namespace FastGate.Protocol.Multipart;

/// <summary>What is wrong with a <c>multipart/form-data</c> body (RFC 7578, RFC 2046 §5.1).</summary>
public enum MultipartError : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The Content-Type is not <c>multipart/form-data</c>.</summary>
    NotMultipart,

    /// <summary>The Content-Type has no boundary, two of them, or one that RFC 2046 §5.1.1 does not allow.</summary>
    BadBoundary,

    /// <summary>The body breaks the syntax: no first delimiter, rubbish behind a delimiter, a part without a form name.</summary>
    Malformed,

    /// <summary>The closing delimiter is missing: the body was cut.</summary>
    Unclosed,

    /// <summary>The headers of one part are larger than <see cref="MultipartScanner.MaxPartHeaderBytes"/>.</summary>
    HeadersTooLarge,

    /// <summary>There are more parts than <see cref="MultipartScanner.MaxParts"/>.</summary>
    TooManyParts,

    /// <summary>A field that routing reads is there twice: the gateway and the provider might each believe another one.</summary>
    DuplicateField,

    /// <summary><c>model</c> or <c>stream</c> is a file, or <c>stream</c> is no boolean.</summary>
    WrongType,

    /// <summary><c>model</c> is empty.</summary>
    EmptyModel,

    /// <summary><c>model</c> is longer than <see cref="Json.RequestScanner.MaxModelBytes"/>.</summary>
    ModelTooLong,
}
