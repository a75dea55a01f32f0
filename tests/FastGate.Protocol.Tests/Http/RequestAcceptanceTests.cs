using System.Text;
using FastGate.Protocol.Http;

namespace FastGate.Protocol.Tests.Http;

public class RequestAcceptanceTests
{
    private static readonly HeadLimits Limits = new(32 * 1024, 100);

    [Fact]
    public void A_usual_request_is_taken_apart()
    {
        const string Sent = "POST /v1/chat/completions?a=b&c HTTP/1.1\r\nHost: localhost:8080\r\nContent-Type:application/json\r\n" +
            "X-Api-Key: \t secret \t\r\nCONTENT-LENGTH: 12\r\nX-Empty:\r\nx-fastgate-new-thing: 1\r\n\r\n{\"a\":1}";
        RequestHead head = Accept(Sent);

        Assert.Equal(HttpVerb.Post, head.Verb);
        Assert.Equal("POST", Text(head, head.Method));
        Assert.Equal("/v1/chat/completions?a=b&c", Text(head, head.Target));
        Assert.Equal("/v1/chat/completions", Text(head, head.Path));
        Assert.Equal("a=b&c", Text(head, head.Query));
        Assert.Equal(1, head.Minor);
        Assert.Equal(Sent.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4, head.Length);
        Assert.Equal(head.Length, head.Bytes.Length);
        Assert.Equal(6, head.HeaderCount);
        Assert.Equal("Host", Encoding.ASCII.GetString(head.NameOf(0)));
        Assert.Equal("secret", Encoding.ASCII.GetString(head.ValueOf(2)));
        Assert.Equal(KnownHeader.XApiKey, head.Header(2).Id);
        Assert.Equal("", Encoding.ASCII.GetString(head.ValueOf(4)));
        Assert.Equal(KnownHeader.Other, head.Header(4).Id);
        Assert.Equal(KnownHeader.XFastgateOther, head.Header(5).Id);
        Assert.True(head.TryGet(KnownHeader.ContentType, out ReadOnlySpan<byte> type));
        Assert.Equal("application/json", Encoding.ASCII.GetString(type));
        Assert.False(head.TryGet(KnownHeader.Authorization, out _));
        Assert.Equal(BodyFraming.ContentLength, head.Framing);
        Assert.Equal(12, head.ContentLength);
        Assert.True(head.KeepAlive);
        Assert.False(head.ExpectContinue);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "Get GET / /  1.1 None -1 keep 27 | Host=a Host")]
    [InlineData("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "Get GET / /  1.1 None -1 keep 29 | Host=a Host")]
    [InlineData("GET / HTTP/1.0\r\n\r\n", "Get GET / /  1.0 None -1 close 18")]
    [InlineData("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "Get GET / /  1.0 None -1 keep 42 | Connection=Keep-Alive Connection hop")]
    [InlineData("brew /pot?x?y HTTP/1.0\r\n\r\n", "Other brew /pot?x?y /pot x?y 1.0 None -1 close 26")]
    [InlineData("GET /? HTTP/1.0\r\n\r\n", "Get GET /? /  1.0 None -1 close 19")]
    [InlineData("GET //a/%2F;b=c:@!$&'()*+,= HTTP/1.0\r\n\r\n", "Get GET //a/%2F;b=c:@!$&'()*+,= //a/%2F;b=c:@!$&'()*+,=  1.0 None -1 close 40")]
    [InlineData("OPTIONS * HTTP/1.0\r\n\r\n", "Options OPTIONS * *  1.0 None -1 close 22")]
    [InlineData("GET http://a.b:81/c?d HTTP/1.0\r\n\r\n", "Get GET http://a.b:81/c?d /c d 1.0 None -1 close 34")]
    [InlineData("GET HTTPS://a HTTP/1.0\r\n\r\n", "Get GET HTTPS://a /  1.0 None -1 close 26")]
    [InlineData("GET http://a?b HTTP/1.0\r\n\r\n", "Get GET http://a?b / b 1.0 None -1 close 27")]
    [InlineData("GET http://[::1]:8080/ HTTP/1.0\r\n\r\n", "Get GET http://[::1]:8080/ /  1.0 None -1 close 35")]
    [InlineData("HEAD / HTTP/1.0\r\nA:\r\n\r\n", "Head HEAD / /  1.0 None -1 close 23 | A= Other")]
    [InlineData("PUT / HTTP/1.0\r\nA: \t \r\n\r\n", "Put PUT / /  1.0 None -1 close 25 | A= Other")]
    [InlineData("PATCH / HTTP/1.0\r\nA:\tb\tc\t\r\n\r\n", "Patch PATCH / /  1.0 None -1 close 29 | A=b\tc Other")]
    [InlineData(
        "DELETE / HTTP/1.0\r\n!#$%&'*+-.^_`|~9Az: \u0080\u00ff::\r\n\r\n",
        "Delete DELETE / /  1.0 None -1 close 47 | !#$%&'*+-.^_`|~9Az=\u0080\u00ff:: Other")]
    [InlineData("TRACE / HTTP/1.0\r\n\r\n", "Trace TRACE / /  1.0 None -1 close 20")]
    [InlineData("POST / HTTP/1.0\r\nContent-Length: 0\r\n\r\nx", "Post POST / /  1.0 ContentLength 0 close 38 | Content-Length=0 ContentLength")]
    public void Correct_request_is_read_alike_however_it_arrives(string text, string expected) => Assert.Equal(expected, HeadRuns.Request(text));

    [Theory]
    [InlineData("a")]
    [InlineData("a:")]
    [InlineData("a:0")]
    [InlineData("a.b-c_d~e:65535")]
    [InlineData("127.0.0.1:8080")]
    [InlineData("[::1]")]
    [InlineData("[2001:db8::192.0.2.1]:443")]
    [InlineData("%41%2f!$&'()*+,;=")]
    public void Host_with_an_optional_port_is_accepted(string host)
        => Assert.StartsWith("Get", HeadRuns.Request($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n"), StringComparison.Ordinal);

    [Theory]
    [InlineData("Content-Length: 9223372036854775807", "ContentLength 9223372036854775807")]
    [InlineData("Content-Length: 0000000000000000000000000042", "ContentLength 42")]
    [InlineData("Transfer-Encoding: chunked", "Chunked -1")]
    [InlineData("tRANSFER-eNCODING:CHUNKED", "Chunked -1")]
    public void Clear_framing_is_accepted(string line, string expected)
        => Assert.Contains($" {expected} ", HeadRuns.Request($"POST / HTTP/1.1\r\nHost: a\r\n{line}\r\n\r\n"), StringComparison.Ordinal);

    [Theory]
    [InlineData("HTTP/1.1", "", true)]
    [InlineData("HTTP/1.1", "close", false)]
    [InlineData("HTTP/1.1", "CLOSE", false)]
    [InlineData("HTTP/1.1", "keep-alive, close", false)]
    [InlineData("HTTP/1.1", ",x, close ,", false)]
    [InlineData("HTTP/1.1", "closed", true)]
    [InlineData("HTTP/1.1", "upgrade", true)]
    [InlineData("HTTP/1.0", "", false)]
    [InlineData("HTTP/1.0", "keep-alive", true)]
    [InlineData("HTTP/1.0", "x\t,\tkeep-alive", true)]
    [InlineData("HTTP/1.0", "close, keep-alive", false)]
    [InlineData("HTTP/1.0", "keep-alive\r\nConnection: close", false)]
    public void Connection_decides_on_persistence(string version, string connection, bool keepAlive)
    {
        string head = HeadRuns.Request($"GET / {version}\r\nHost: a\r\nConnection: {connection}\r\n\r\n");
        Assert.Contains(keepAlive ? " keep " : " close ", head, StringComparison.Ordinal);
    }

    [Fact]
    public void Fields_of_this_connection_and_those_that_connection_names_are_marked()
    {
        RequestHead head = Accept(
            "GET / HTTP/1.1\r\nX-One: 1\r\nHost: a\r\nConnection: x-one, TE ,cookie\r\nTE: trailers\r\nKeep-Alive: 5\r\nProxy-Connection: x\r\n" +
            "Proxy-Authenticate: x\r\nProxy-Authorization: x\r\nTrailer: x\r\nUpgrade: x\r\nTransfer-Encoding: chunked\r\nX-Two: 2\r\nCookie: c\r\n" +
            "connection: X-THREE\r\nX-Three: 3\r\nx-one: again\r\n\r\n");
        List<string> endToEnd = [];
        for (int i = 0; i < head.HeaderCount; i++)
        {
            if (!head.Header(i).HopByHop)
            {
                endToEnd.Add(Encoding.ASCII.GetString(head.NameOf(i)));
            }
        }

        Assert.Equal(["Host", "X-Two"], endToEnd);
    }

    [Theory]
    [InlineData("HTTP/1.1", "100-continue", true)]
    [InlineData("HTTP/1.1", "100-Continue", true)]
    [InlineData("HTTP/1.1", "something", false)]
    [InlineData("HTTP/1.0", "100-continue", false)]
    public void Expectation_of_100_is_seen(string version, string expect, bool seen)
        => Assert.Equal(seen, Accept($"POST / {version}\r\nHost: a\r\nExpect: {expect}\r\nContent-Length: 1\r\n\r\n").ExpectContinue);

    [Fact]
    public void First_of_several_equal_fields_is_found()
    {
        RequestHead head = Accept("GET / HTTP/1.0\r\nCookie: a\r\nCookie: b\r\n\r\n");
        Assert.True(head.TryGet(KnownHeader.Cookie, out ReadOnlySpan<byte> value));
        Assert.Equal("a", Encoding.ASCII.GetString(value));
    }

    [Fact]
    public void Head_in_one_segment_is_not_copied()
    {
        byte[] octets = Sequences.Latin1("GET /path HTTP/1.0\r\nA: b\r\n\r\nrest");
        var head = new RequestHead();
        RequestParser.TryParse(new System.Buffers.ReadOnlySequence<byte>(octets), head, Limits);
        octets[5] = (byte)'P';
        Assert.Equal("/Path", Text(head, head.Path));
        head.Reset();
        Assert.True(head.Bytes.IsEmpty);

        // Trickled in, but in one segment in the end.
        RequestParser.TryParse(new System.Buffers.ReadOnlySequence<byte>(octets, 0, 9), head, Limits);
        RequestParser.TryParse(new System.Buffers.ReadOnlySequence<byte>(octets), head, Limits);
        octets[5] = (byte)'q';
        Assert.Equal("/qath", Text(head, head.Path));
    }

    [Fact]
    public void Header_lines_can_be_copied_as_they_lie()
    {
        RequestHead head = Accept("GET / HTTP/1.0\r\nA:b \r\nC:  d\r\nE: f\r\n\r\n");
        string lines = Encoding.ASCII.GetString(head.Bytes[head.Header(1).Name.Offset..head.Header(2).Name.Offset]);
        Assert.Equal("C:  d\r\n", lines);
        Assert.Equal("E: f\r\n", Encoding.ASCII.GetString(head.Bytes[head.Header(2).Name.Offset..^2]));
    }

    private static RequestHead Accept(string text)
    {
        var head = new RequestHead();
        ParseStatus status = RequestParser.TryParse(Sequences.Single(text), head, Limits);
        Assert.Equal((ParseStatus.Complete, HeadError.None), (status, head.Error));
        return head;
    }

    private static string Text(RequestHead head, ByteSlice slice) => Encoding.Latin1.GetString(head[slice]);
}
