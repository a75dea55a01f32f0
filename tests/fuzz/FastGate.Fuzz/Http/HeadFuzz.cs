using System.Buffers;
using System.Text;
using FastGate.Protocol.Http;
using FastGate.Protocol.Tests.Http;

namespace FastGate.Fuzz.Http;

public class HeadFuzz
{
    private static readonly string[] Lines =
    [
        "Host: a", "Host: example.com:8080", "host:[::1]:80", "Host: %41.b", "Content-Length: 5", "content-length: 0", "Content-Length: 9223372036854775807",
        "Transfer-Encoding: chunked", "transfer-encoding:CHUNKED ", "Transfer-Encoding: gzip, chunked", "Connection: close", "Connection: keep-alive, x-a",
        "Connection: TE", "X-A: 1", "x-a: 2", "X-Empty:", "TE: trailers", "Expect: 100-continue", "Authorization: Bearer \u00e4\u00ff",
        "x-fastgate-timeout-ms: 5",
        "X-FastGate-Unknown: 1", "Cookie: a=b; c=d", "!#$%&'*+-.^_`|~: token", "Keep-Alive: 5", "Upgrade: h2c", "Close: x", "Accept: \t a,b \t",
        $"Connection: {string.Join(", ", Enumerable.Repeat("y", 32))}",
    ];

    [Fact]
    public void Request_parser_agrees_with_its_oracle()
    {
        var head = new RequestHead();
        var reached = new HashSet<string>();
        FuzzRun.Over(
            random => Mutator.Mutate(NewRequest(random), random),
            (input, random) =>
            {
                HeadLimits limits = NewLimits(input, random);
                string expected = HeadOracle.Request(input, limits);
                reached.Add(expected);
                return Compare(expected, input, head, random, buffer => RequestParser.TryParse(buffer, head, limits));
            });
        AssertEveryFaultReached(reached, HeadError.BadStatusLine);
    }

    [Fact]
    public void Response_parser_agrees_with_its_oracle()
    {
        var head = new ResponseHead();
        var reached = new HashSet<string>();
        FuzzRun.Over(
            random => Mutator.Mutate(NewResponse(random), random),
            (input, random) =>
            {
                HeadLimits limits = NewLimits(input, random);
                HttpVerb verb = random.Pick(HttpVerb.Get, HttpVerb.Post, HttpVerb.Head);
                string expected = HeadOracle.Response(input, limits, verb);
                reached.Add(expected);
                return Compare(expected, input, head, random, buffer => ResponseParser.TryParse(buffer, head, limits, verb));
            });
        AssertEveryFaultReached(
            reached,
            HeadError.BadRequestLine,
            HeadError.BadTarget,
            HeadError.MissingHost,
            HeadError.RepeatedHost,
            HeadError.BadHost,
            HeadError.TransferEncodingBeforeHttp11);
    }

    // Inputs that never get past the first line would agree on everything and prove nothing.
    private static void AssertEveryFaultReached(HashSet<string> reached, params HeadError[] impossible)
    {
        IEnumerable<string> faults = Enum.GetValues<HeadError>().Except([HeadError.None, .. impossible]).Select(error => error.ToString());
        Assert.Empty(faults.Except(reached));
        Assert.Contains("Incomplete", reached);
        Assert.True(reached.Count > 500, $"Only {reached.Count} different outcomes.");
    }

    private static string? Compare(string expected, string input, MessageHead head, Random random, Func<ReadOnlySequence<byte>, ParseStatus> parse)
    {
        byte[] octets = Encoding.Latin1.GetBytes(input);

        // Whole and in one piece; whole and in segments; in reads of random length, in segments.
        head.Reset();
        string whole = HeadText.Of(head, parse(new ReadOnlySequence<byte>(octets)));
        if (whole != expected)
        {
            return $"in one piece\nfound:    {whole}\nexpected: {expected}";
        }

        head.Reset();
        ReadOnlySequence<byte> segments = Arrival.Segments(octets, random);
        string scattered = HeadText.Of(head, parse(segments));
        if (scattered != expected)
        {
            return $"in segments\nfound:    {scattered}\nexpected: {expected}";
        }

        head.Reset();
        int read = 0;
        ParseStatus status;
        do
        {
            read = Math.Min(octets.Length, read + random.Next(1, 12));
            status = parse(segments.Slice(0, read));
        }
        while (status == ParseStatus.Incomplete && read < octets.Length);

        string trickled = HeadText.Of(head, status);
        return trickled == expected ? null : $"in reads\nfound:    {trickled}\nexpected: {expected}";
    }

    private static HeadLimits NewLimits(string input, Random random)
        => new(random.Next(8) == 0 ? random.Next(1, input.Length + 10) : 8192, random.Next(8) == 0 ? random.Next(0, 6) : 100);

    private static string NewRequest(Random random)
    {
        string method = random.Pick("GET", "POST", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "BREW", "get");
        string target = random.Pick(
            "/", "/v1/chat/completions", "/a?b=c&d", "/a%20b/../c?", "*", "http://a.b/c?d", "https://[::1]:8443", "http://a:1?q", "a:80", "//x");
        string version = random.Pick("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.0", "HTTP/2.0");
        string before = random.Pick("", "", "", "\r\n");
        string host = random.Pick("", "Host: a\r\n", "Host: a\r\n");
        return $"{before}{method} {target} {version}\r\n{host}{NewLines(random)}\r\n{NewBody(random)}";
    }

    private static string NewResponse(Random random)
    {
        string version = random.Pick("HTTP/1.1", "HTTP/1.1", "HTTP/1.1", "HTTP/1.0");
        string status = random.Pick("200 OK", "200 ", "404", "100 Continue", "204 No", "304 x", "599 \u00e4\t", "999 A B");
        return $"{version} {status}\r\n{NewLines(random)}\r\n{NewBody(random)}";
    }

    private static string NewLines(Random random)
    {
        var lines = new StringBuilder();
        for (int i = random.Next(6); i > 0; i--)
        {
            lines.Append(random.Pick(Lines)).Append("\r\n");
        }

        return lines.ToString();
    }

    private static string NewBody(Random random) => random.Pick("", "hello", "\r\n\r\n", "\n", "5\r\nhello\r\n0\r\n\r\n");
}
