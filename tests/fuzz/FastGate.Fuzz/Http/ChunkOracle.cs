using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using FastGate.Protocol.Http;

namespace FastGate.Fuzz.Http;

/// <summary>
/// Reads chunked bodies one rule after the other with regular expressions (RFC 9112 §7.1). The answer is the verdict (Done, Truncated,
/// Invalid), the body and, for Done, what follows it.
/// </summary>
internal static class ChunkOracle
{
    private const string Token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private const string Text = "[\t\x20-\x7e\x80-\xff]*";

    public static string Decode(string input)
    {
        var body = new StringBuilder();
        while (true)
        {
            // chunk-size [ chunk-ext ] CRLF
            Match line = Regex.Match(input, $"^([0-9A-Fa-f]{{1,15}})(;{Text})?\r\n");
            if (!line.Success || line.Groups[2].Length > BodyDecoder.MaxExtensionBytes)
            {
                Match begun = Regex.Match(input, $"^(?:[0-9A-Fa-f]{{0,15}}|[0-9A-Fa-f]{{1,15}}(?:(;{Text})\r?|\r))\\z");
                return $"{(begun.Success && begun.Groups[1].Length <= BodyDecoder.MaxExtensionBytes ? "Truncated" : "Invalid")} [{body}]";
            }

            input = input[line.Length..];
            long size = long.Parse(line.Groups[1].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (size == 0)
            {
                return Trailers(input, body.ToString());
            }

            // chunk-data CRLF
            int available = (int)Math.Min(size, input.Length);
            body.Append(input, 0, available);
            input = input[available..];
            if (available < size || input is "" or "\r")
            {
                return $"Truncated [{body}]";
            }

            if (!input.StartsWith("\r\n", StringComparison.Ordinal))
            {
                return $"Invalid [{body}]";
            }

            input = input[2..];
        }
    }

    private static string Trailers(string input, string body)
    {
        int total = 0;
        while (true)
        {
            if (input.StartsWith("\r\n", StringComparison.Ordinal))
            {
                return $"Done [{body}] [{input[2..]}]";
            }

            Match line = Regex.Match(input, $"^{Token}:{Text}\r\n");
            total += line.Length;
            if (total > BodyDecoder.MaxTrailerBytes)
            {
                return $"Invalid [{body}]";
            }

            if (!line.Success)
            {
                bool begun = Regex.IsMatch(input, $"^(?:\r?|{Token}|{Token}:{Text}\r?)\\z") &&
                    total + input.TrimEnd('\r').Length <= BodyDecoder.MaxTrailerBytes;
                return $"{(begun ? "Truncated" : "Invalid")} [{body}]";
            }

            input = input[line.Length..];
        }
    }
}
