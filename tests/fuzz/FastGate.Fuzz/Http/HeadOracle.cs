using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;
using FastGate.Protocol.Http;

namespace FastGate.Fuzz.Http;

/// <summary>
/// Reads message heads with strings and regular expressions, rule by rule, from the specifications and not from the parser. Shares with it
/// only the names of faults and fields. The answer is one line of text: what was found, or the fault, or "Incomplete".
/// </summary>
internal static class HeadOracle
{
    private const string Token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private const RegexOptions Options = RegexOptions.CultureInvariant;

    private static readonly Dictionary<string, HttpVerb> Verbs = Enum.GetValues<HttpVerb>()
        .Where(verb => verb != HttpVerb.Other)
        .ToDictionary(verb => verb.ToString().ToUpperInvariant());

    private static readonly Dictionary<string, KnownHeader> Names = Enum.GetValues<KnownHeader>()
        .Where(id => id > KnownHeader.XFastgateOther)
        .ToDictionary(id => Encoding.ASCII.GetString(KnownHeaders.NameOf(id)), StringComparer.OrdinalIgnoreCase);

    private static readonly string[] ConnectionLevel =
        ["connection", "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"];

    private sealed record Field(string Name, string Value);

    public static string Request(string input, HeadLimits limits)
    {
        if (Cut(input, limits, skip: input.StartsWith("\r\n", StringComparison.Ordinal) ? 2 : 0, out string[] lines, out int length) is { } verdict)
        {
            return verdict;
        }

        // The request line.
        string line = lines[0];
        if (line.Contains('\r'))
        {
            return "BareCarriageReturn";
        }

        Match parts = Match(line, $@"^({Token}) ([^ ]+) (HTTP/([0-9]\.[0-9]))\z");
        if (!parts.Success)
        {
            return "BadRequestLine";
        }

        string method = parts.Groups[1].Value;
        string target = parts.Groups[2].Value;
        string version = parts.Groups[4].Value;
        if (version is not ("1.0" or "1.1"))
        {
            return "UnsupportedVersion";
        }

        if (!TryTarget(method, target, out string path, out string query))
        {
            return "BadTarget";
        }

        // The fields.
        if (ReadFields(lines.Skip(1), limits, out List<Field> fields) is { } fault)
        {
            return fault;
        }

        string[] hosts = ValuesOf(fields, "host");
        if (hosts.Length > 1)
        {
            return "RepeatedHost";
        }

        if (hosts.Length == 0 && version == "1.1")
        {
            return "MissingHost";
        }

        if (hosts.Length == 1 && !IsAuthority(hosts[0]))
        {
            return "BadHost";
        }

        if (ValuesOf(fields, "transfer-encoding").Length > 0 && version == "1.0")
        {
            return "TransferEncodingBeforeHttp11";
        }

        if (ReadFraming(fields, out BodyFraming framing, out long contentLength) is { } broken)
        {
            return broken;
        }

        string[] options = ConnectionOptions(fields);
        if (options.Length > 32)
        {
            return "TooManyConnectionOptions";
        }

        HttpVerb verb = Verbs.GetValueOrDefault(method);
        bool expect = version == "1.1" && string.Equals(ValuesOf(fields, "expect").FirstOrDefault(), "100-continue", StringComparison.OrdinalIgnoreCase);
        string start = $"{verb} {method} {target} {path} {query} {(expect ? "expect " : "")}";
        return start + Rest(version, framing, contentLength, KeepAlive(version, options), length, fields, options);
    }

    public static string Response(string input, HeadLimits limits, HttpVerb requestVerb)
    {
        if (Cut(input, limits, skip: 0, out string[] lines, out int length) is { } verdict)
        {
            return verdict;
        }

        string line = lines[0];
        if (line.Contains('\r'))
        {
            return "BareCarriageReturn";
        }

        if (Match(line, @"^HTTP/[0-9]\.[0-9] ").Success && !Match(line, @"^HTTP/1\.[01] ").Success)
        {
            return "UnsupportedVersion";
        }

        Match parts = Match(line, @"^HTTP/(1\.[01]) ([1-9][0-9][0-9])(?: ([\t\x20-\x7e\x80-\xff]*))?\z");
        if (!parts.Success)
        {
            return "BadStatusLine";
        }

        string version = parts.Groups[1].Value;
        int status = int.Parse(parts.Groups[2].Value, CultureInfo.InvariantCulture);
        if (ReadFields(lines.Skip(1), limits, out List<Field> fields) is { } fault)
        {
            return fault;
        }

        if (ReadFraming(fields, out BodyFraming framing, out long contentLength) is { } broken)
        {
            return broken;
        }

        string[] options = ConnectionOptions(fields);
        if (options.Length > 32)
        {
            return "TooManyConnectionOptions";
        }

        bool keepAlive = KeepAlive(version, options) && !(version == "1.0" && framing == BodyFraming.Chunked);
        if (requestVerb == HttpVerb.Head || status < 200 || status == 204 || status == 304)
        {
            framing = BodyFraming.None;
        }
        else if (framing == BodyFraming.None)
        {
            framing = BodyFraming.UntilClose;
            keepAlive = false;
        }

        return $"{status} [{parts.Groups[3].Value}] " + Rest(version, framing, contentLength, keepAlive, length, fields, options);
    }

    // The lines of the head without their CRLF, or a verdict already.
    private static string? Cut(string input, HeadLimits limits, int skip, out string[] lines, out int length)
    {
        lines = [];
        length = 0;
        string seen = input[..Math.Min(input.Length, limits.MaxBytes)];
        if (seen.Length < skip)
        {
            return "HeadTooLarge";
        }

        bool emptyFirst = seen[skip..].StartsWith("\r\n", StringComparison.Ordinal);
        int end = emptyFirst ? skip : seen.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        int bare = Enumerable.Range(0, seen.Length).FirstOrDefault(i => seen[i] == '\n' && (i == 0 || seen[i - 1] != '\r'), -1);
        if (bare >= 0 && (end < 0 || bare < end))
        {
            return "BareLineFeed";
        }

        if (end < 0)
        {
            return input.Length >= limits.MaxBytes ? "HeadTooLarge" : "Incomplete";
        }

        length = end + (emptyFirst ? 2 : 4);
        lines = seen[skip..end].Split("\r\n");
        return null;
    }

    private static bool TryTarget(string method, string target, out string path, out string query)
    {
        path = query = "";
        if (method == "CONNECT" || !Match(target, "^[!-~]+\\z").Success || target.Contains('#'))
        {
            return false;
        }

        if (target == "*")
        {
            path = "*";
            return method == "OPTIONS";
        }

        string local = target;
        Match absolute = Match(target, "^https?://([^/?]*)(.*)\\z", RegexOptions.IgnoreCase);
        if (absolute.Success)
        {
            if (!IsAuthority(absolute.Groups[1].Value))
            {
                return false;
            }

            local = absolute.Groups[2].Value;
            local = local.StartsWith('/') ? local : "/" + local;
        }

        if (!local.StartsWith('/'))
        {
            return false;
        }

        string[] halves = local.Split('?', 2);
        path = halves[0];
        query = halves.Length > 1 ? halves[1] : "";
        return true;
    }

    private static string? ReadFields(IEnumerable<string> lines, HeadLimits limits, out List<Field> fields)
    {
        fields = [];
        foreach (string line in lines)
        {
            if (fields.Count == limits.MaxHeaders)
            {
                return "TooManyHeaders";
            }

            if (line.Contains('\r'))
            {
                return "BareCarriageReturn";
            }

            if (Match(line, "^[ \t]").Success)
            {
                return "ObsFold";
            }

            if (Match(line, "^[^:]*[ \t]:").Success)
            {
                return "SpaceBeforeColon";
            }

            if (!Match(line, $"^{Token}:").Success)
            {
                return "BadHeaderName";
            }

            string[] halves = line.Split(':', 2);
            if (Match(halves[1], "[\x00-\x08\x0a-\x1f\x7f]").Success)
            {
                return "BadHeaderValue";
            }

            fields.Add(new Field(halves[0], halves[1].Trim(' ', '\t')));
        }

        return null;
    }

    private static string? ReadFraming(List<Field> fields, out BodyFraming framing, out long contentLength)
    {
        framing = BodyFraming.None;
        contentLength = -1;
        string[] lengths = ValuesOf(fields, "content-length");
        string[] codings = ValuesOf(fields, "transfer-encoding");
        if (lengths.Length > 0 && codings.Length > 0)
        {
            return "LengthWithTransferEncoding";
        }

        if (codings.Length > 1)
        {
            return "BadTransferEncoding";
        }

        if (codings.Length == 1)
        {
            framing = BodyFraming.Chunked;
            string[] list = [.. codings[0].Split(',').Select(coding => coding.Trim(' ', '\t').ToLowerInvariant())];
            int chunked = Array.IndexOf(list, "chunked");
            return codings[0].Equals("chunked", StringComparison.OrdinalIgnoreCase) ? null
                : !list.All(coding => Match(coding, $"^{Token}\\z").Success) || (chunked >= 0 && chunked < list.Length - 1) ? "BadTransferEncoding"
                : "UnsupportedTransferEncoding";
        }

        if (lengths.Length > 1)
        {
            return "RepeatedContentLength";
        }

        if (lengths.Length == 1)
        {
            framing = BodyFraming.ContentLength;
            if (!Match(lengths[0], "^[0-9]+\\z").Success || BigInteger.Parse(lengths[0], CultureInfo.InvariantCulture) > long.MaxValue)
            {
                return "BadContentLength";
            }

            contentLength = (long)BigInteger.Parse(lengths[0], CultureInfo.InvariantCulture);
        }

        return null;
    }

    private static bool IsAuthority(string text)
    {
        Match match = Match(text, @"^(\[[0-9A-Fa-f.]*:[0-9A-Fa-f.:]*\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)(?::([0-9]{0,5}))?\z");
        return match.Success && (match.Groups[2].Length == 0 || int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture) <= 65535);
    }

    private static string[] ConnectionOptions(List<Field> fields)
        => [.. ValuesOf(fields, "connection")
            .SelectMany(value => value.Split(','))
            .Select(option => option.Trim(' ', '\t'))
            .Where(option => option.Length > 0)];

    private static bool KeepAlive(string version, string[] options)
        => !options.Contains("close", StringComparer.OrdinalIgnoreCase) &&
            (version == "1.1" || options.Contains("keep-alive", StringComparer.OrdinalIgnoreCase));

    private static string[] ValuesOf(List<Field> fields, string name)
        => [.. fields.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value)];

    private static string Rest(string version, BodyFraming framing, long contentLength, bool keepAlive, int length, List<Field> fields, string[] options)
    {
        IEnumerable<string> texts = fields.Select(field =>
        {
            KnownHeader id = Names.TryGetValue(field.Name, out KnownHeader known) ? known
                : field.Name.StartsWith("x-fastgate-", StringComparison.OrdinalIgnoreCase) ? KnownHeader.XFastgateOther
                : KnownHeader.Other;
            bool hop = ConnectionLevel.Concat(options).Contains(field.Name, StringComparer.OrdinalIgnoreCase);
            return $" | {field.Name}={field.Value} {id}{(hop ? " hop" : "")}";
        });
        return $"{version} {framing} {contentLength} {(keepAlive ? "keep" : "close")} {length}{string.Concat(texts)}";
    }

    private static Match Match(string text, string pattern, RegexOptions more = RegexOptions.None)
        => Regex.Match(text, pattern, Options | RegexOptions.Singleline | more);
}
