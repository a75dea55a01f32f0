using System.Globalization;
using System.Text;

namespace FastGate.MockProvider.Http;

/// <summary>A response head; a null length means a chunked body.</summary>
internal sealed record ResponseHead(int Status, string? ContentType, int? Length, IReadOnlyList<KeyValuePair<string, string>> Headers)
{
    /// <summary>Announces that the connection ends after this response.</summary>
    internal bool Close { get; init; }

    internal byte[] ToBytes(DateTimeOffset now, bool clientCloses)
    {
        var text = new StringBuilder(512);
        text.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {Status} {Reason(Status)}\r\nDate: {now:R}\r\n");
        if (ContentType is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"Content-Type: {ContentType}\r\n");
        }

        foreach (KeyValuePair<string, string> header in Headers)
        {
            text.Append(CultureInfo.InvariantCulture, $"{header.Key}: {header.Value}\r\n");
        }

        text.Append(Length is { } length ? string.Create(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n") : "Transfer-Encoding: chunked\r\n");
        if (Close || clientCloses)
        {
            text.Append("Connection: close\r\n");
        }

        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }

    /// <summary>The registered phrases (RFC 9110 §15) of the statuses this server sends.</summary>
    private static string Reason(int status) => status switch
    {
        200 => "OK",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        411 => "Length Required",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "",
    };
}
