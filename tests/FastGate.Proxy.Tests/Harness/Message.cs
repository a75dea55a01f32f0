using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace FastGate.Proxy.Tests.Harness;

/// <summary>A message as a peer sent it: the start line, the fields in order, the body without framing.</summary>
internal sealed partial class Message
{
    internal required string StartLine { get; init; }

    internal required IReadOnlyList<(string Name, string Value)> Fields { get; init; }

    internal byte[] Body { get; private set; } = [];

    internal string Text => Encoding.UTF8.GetString(Body);

    internal int Status => int.Parse(StartLine.AsSpan(9, 3), CultureInfo.InvariantCulture);

    internal bool IsChunked => this["transfer-encoding"] is not null;

    internal bool Closes => this["connection"] == "close";

    internal JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The value of a field that is there at most once, or null.</summary>
    internal string? this[string name] => Fields.SingleOrDefault(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>Reads a response, interim ones included; <paramref name="bodyless"/> for an answer to HEAD.</summary>
    internal static async Task<Message> ReadResponseAsync(Wire wire, bool bodyless = false)
    {
        Message message = await ReadHeadAsync(wire);
        Assert.Matches(StatusLine(), message.StartLine);
        if (bodyless || message.Status is < 200 or 204 or 304)
        {
            return message;
        }

        if (message.IsChunked)
        {
            Assert.Equal("chunked", message["transfer-encoding"]);
            Assert.Null(message["content-length"]);
            message.Body = await ReadChunksAsync(wire);
        }
        else if (message["content-length"] is { } length)
        {
            Assert.Matches("^(0|[1-9][0-9]*)$", length);
            message.Body = await wire.ReadExactlyAsync(int.Parse(length, CultureInfo.InvariantCulture));
        }
        else
        {
            Assert.True(message.Closes, "A response without a length must say that it closes the connection.");
            message.Body = Encoding.Latin1.GetBytes(await wire.ReadToEndAsync());
        }

        return message;
    }

    /// <summary>Reads a request; null when the connection ended instead.</summary>
    internal static async Task<Message?> ReadRequestAsync(Wire wire)
    {
        Message message;
        try
        {
            message = await ReadHeadAsync(wire);
        }
        catch (EndOfStreamException)
        {
            return null;
        }

        Assert.EndsWith(" HTTP/1.1", message.StartLine, StringComparison.Ordinal);
        Assert.Null(message["transfer-encoding"]);
        if (message["content-length"] is { } length)
        {
            message.Body = await wire.ReadExactlyAsync(int.Parse(length, CultureInfo.InvariantCulture));
        }

        return message;
    }

    internal static async Task<Message> ReadHeadAsync(Wire wire)
    {
        string start = await wire.ReadLineAsync() ?? throw new EndOfStreamException("The connection ended before a message.");
        var fields = new List<(string, string)>();
        while (await wire.ReadLineAsync() is { } line)
        {
            if (line.Length == 0)
            {
                return new Message { StartLine = start, Fields = fields };
            }

            Match field = FieldLine().Match(line);
            Assert.True(field.Success, $"Not a header line: '{line}'");
            fields.Add((field.Groups[1].Value, field.Groups[2].Value));
        }

        throw new EndOfStreamException("The connection ended within a head.");
    }

    /// <summary>The data of the next chunk; empty for the last one.</summary>
    /// <exception cref="EndOfStreamException">The connection ended: the body is cut.</exception>
    internal static async Task<byte[]> ReadChunkAsync(Wire wire)
    {
        string size = await wire.ReadLineAsync() ?? throw new EndOfStreamException("The connection ended before a chunk.");
        Assert.Matches("^[0-9a-fA-F]{1,8}$", size);
        byte[] data = await wire.ReadExactlyAsync(int.Parse(size, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        Assert.Equal("", await wire.ReadLineAsync());
        return data;
    }

    private static async Task<byte[]> ReadChunksAsync(Wire wire)
    {
        var body = new MemoryStream();
        while (await ReadChunkAsync(wire) is { Length: > 0 } chunk)
        {
            body.Write(chunk);
        }

        return body.ToArray();
    }

    [GeneratedRegex("^HTTP/1\\.1 [1-5][0-9][0-9] [A-Za-z0-9 '-]*$")]
    private static partial Regex StatusLine();

    [GeneratedRegex("^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([\\t\\x20-\\x7e\\x80-\\xff]*?)[ \\t]*$")]
    private static partial Regex FieldLine();
}
