using System.Net.Http.Headers;
using System.Text;
using FastGate.MockProvider.Http;

namespace FastGate.MockProvider.OpenAI;

/// <summary>A field of a form: its content, and its file name if it is a file.</summary>
internal sealed record FormPart(string Name, string? FileName, ReadOnlyMemory<byte> Content);

/// <summary>A <c>multipart/form-data</c> body (RFC 7578, RFC 2046 §5.1), held whole in memory.</summary>
internal sealed class MultipartForm(IReadOnlyList<FormPart> parts)
{
    internal FormPart? Part(string name) => parts.FirstOrDefault(part => part.Name == name);

    internal string? Text(string name) => Part(name) is { FileName: null } part ? Encoding.UTF8.GetString(part.Content.Span) : null;

    /// <summary>Null when the request's content type is another one, or names no boundary.</summary>
    /// <exception cref="OpenAiRejection">The body is no well-formed form of that boundary.</exception>
    internal static MultipartForm? Read(MockRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.Header("Content-Type"), out MediaTypeHeaderValue? type)
            || !"multipart/form-data".Equals(type.MediaType, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string? boundary = type.Parameters.FirstOrDefault(parameter => parameter.Name.Equals("boundary", StringComparison.OrdinalIgnoreCase))?.Value?.Trim('"');
        if (string.IsNullOrEmpty(boundary))
        {
            return null;
        }

        // The line break before a delimiter belongs to it; with one put before the body, the first delimiter is like the others.
        byte[] delimiter = Encoding.Latin1.GetBytes("\r\n--" + boundary);
        ReadOnlyMemory<byte> rest = (byte[])[.. "\r\n"u8, .. request.Body];
        int at = rest.Span.IndexOf(delimiter);
        if (at < 0)
        {
            throw Malformed();
        }

        var parts = new List<FormPart>();
        rest = rest[(at + delimiter.Length)..];
        while (!rest.Span.StartsWith("--"u8))
        {
            at = rest.Span.IndexOf(delimiter);
            if (at < 0 || !rest.Span.StartsWith("\r\n"u8))
            {
                throw Malformed();
            }

            parts.Add(ReadPart(rest[2..at]));
            rest = rest[(at + delimiter.Length)..];
        }

        return new MultipartForm(parts);
    }

    private static FormPart ReadPart(ReadOnlyMemory<byte> part)
    {
        int headEnd = part.Span.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
        {
            throw Malformed();
        }

        foreach (string line in Encoding.UTF8.GetString(part.Span[..headEnd]).Split("\r\n"))
        {
            int colon = line.IndexOf(':');
            if (colon > 0 && line[..colon].Equals("Content-Disposition", StringComparison.OrdinalIgnoreCase)
                && ContentDispositionHeaderValue.TryParse(line[(colon + 1)..], out ContentDispositionHeaderValue? disposition)
                && disposition.Name?.Trim('"') is { Length: > 0 } name)
            {
                return new FormPart(name, disposition.FileName?.Trim('"'), part[(headEnd + 4)..]);
            }
        }

        throw Malformed();
    }

    private static OpenAiRejection Malformed() => OpenAiRejection.Invalid("Could not parse multipart form.");
}
