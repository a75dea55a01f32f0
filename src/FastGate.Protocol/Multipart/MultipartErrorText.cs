namespace FastGate.Protocol.Multipart;

/// <summary>What is said about a form that cannot be read.</summary>
public static class MultipartErrorText
{
    /// <summary>The error as a sentence for the client.</summary>
    /// <param name="error">The error.</param>
    public static string Describe(this MultipartError error) => error switch
    {
        MultipartError.None => "No error.",
        MultipartError.NotMultipart => "The content type is not multipart/form-data.",
        MultipartError.BadBoundary => "The content type has no usable boundary.",
        MultipartError.Malformed => "The form breaks the syntax of multipart/form-data.",
        MultipartError.Unclosed => "The form ends before its closing boundary.",
        MultipartError.HeadersTooLarge => "The headers of one part of the form are too large.",
        MultipartError.TooManyParts => "The form has too many parts.",
        MultipartError.DuplicateField => "A form field that decides where the request goes is given more than once.",
        MultipartError.WrongType => "The form field 'model' or 'stream' has the wrong type.",
        MultipartError.EmptyModel => "The form field 'model' must not be empty.",
        _ => "The form field 'model' is longer than 256 bytes.",
    };
}
