using System.Globalization;

namespace FastGate.Protocol.Json;

/// <summary>What is wrong with a request body.</summary>
public enum ScanErrorKind : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Not JSON (RFC 8259), or cut short.</summary>
    InvalidJson,

    /// <summary>JSON, but its value is not an object.</summary>
    NotAnObject,

    /// <summary>Nested deeper than <see cref="RequestScanner.MaxDepth"/>.</summary>
    TooDeep,

    /// <summary>A member that routing reads is there twice: the gateway and the provider might each believe another one.</summary>
    DuplicateKey,

    /// <summary>A member that routing reads is of the wrong type.</summary>
    WrongType,

    /// <summary><c>model</c> is the empty string.</summary>
    EmptyModel,

    /// <summary><c>model</c> is longer than <see cref="RequestScanner.MaxModelBytes"/>.</summary>
    ModelTooLong,

    /// <summary><c>model</c> is not Unicode: malformed UTF-8, or a surrogate that stands alone.</summary>
    InvalidUtf8,
}

/// <summary>What is wrong with a request body, and where.</summary>
/// <param name="Kind">What.</param>
/// <param name="Offset">Where, in octets from the start of the body.</param>
/// <param name="Field">The member concerned, or <see cref="RequestField.None"/>.</param>
public readonly record struct ScanError(ScanErrorKind Kind, long Offset, RequestField Field)
{
    /// <summary>The name of the member concerned as in <c>stream_options.include_usage</c>; empty when none is.</summary>
    public string FieldName => RequestFields.NameOf(Field);

    /// <summary>The error as a sentence for the client. Allocates: not for the hot path.</summary>
    public string Describe()
    {
        string what = Kind switch
        {
            ScanErrorKind.None => "No error",
            ScanErrorKind.InvalidJson => "The request body is not valid JSON",
            ScanErrorKind.NotAnObject => "The request body must be a JSON object",
            ScanErrorKind.TooDeep => string.Create(CultureInfo.InvariantCulture, $"The request body is nested deeper than {RequestScanner.MaxDepth} levels"),
            ScanErrorKind.DuplicateKey => $"'{FieldName}' is given more than once",
            ScanErrorKind.WrongType => $"'{FieldName}' must be {Expected(Field)}",
            ScanErrorKind.EmptyModel => "'model' must not be empty",
            ScanErrorKind.ModelTooLong => string.Create(CultureInfo.InvariantCulture, $"'model' is longer than {RequestScanner.MaxModelBytes} bytes"),
            _ => "'model' is not valid Unicode text",
        };
        return Kind == ScanErrorKind.None ? what : string.Create(CultureInfo.InvariantCulture, $"{what} (at byte {Offset}).");
    }

    private static string Expected(RequestField field) => field switch
    {
        RequestField.Model => "a string",
        RequestField.StreamOptions => "an object or null",
        _ => "a boolean or null",
    };
}
