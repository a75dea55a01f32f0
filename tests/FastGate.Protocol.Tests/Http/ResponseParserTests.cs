using FastGate.Protocol.Http;

namespace FastGate.Protocol.Tests.Http;

public class ResponseParserTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "200 [OK] 1.1 ContentLength 3 keep 38 | Content-Length=3 ContentLength")]
    [InlineData("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", "200 [] 1.1 ContentLength 0 keep 36 | Content-Length=0 ContentLength")]
    [InlineData("HTTP/1.1 200\r\n\r\n", "200 [] 1.1 UntilClose -1 close 16")]
    [InlineData("HTTP/1.1 529 Sehr \u00fcberladen\t!\r\n\r\n", "529 [Sehr \u00fcberladen\t!] 1.1 UntilClose -1 close 33")]
    [InlineData("HTTP/1.1 999  \r\n\r\n", "999 [ ] 1.1 UntilClose -1 close 18")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", "100 [Continue] 1.1 None -1 keep 25")]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", "204 [No Content] 1.1 None -1 keep 27")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "304 [Not Modified] 1.1 None 9 keep 48 | Content-Length=9 ContentLength")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n", "200 [OK] 1.1 Chunked -1 keep 47 | Transfer-Encoding=Chunked TransferEncoding hop")]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n", "200 [OK] 1.0 UntilClose -1 close 19")]
    [InlineData(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n",
        "200 [OK] 1.1 ContentLength 1 close 57 | Connection=close Connection hop | Content-Length=1 ContentLength")]
    [InlineData(
        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n",
        "200 [OK] 1.0 Chunked -1 close 71 | Connection=keep-alive Connection hop | Transfer-Encoding=chunked TransferEncoding hop")]
    public void Correct_response_is_read_alike_however_it_arrives(string text, string expected) => Assert.Equal(expected, HeadRuns.Response(text));

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", "200 [OK] 1.1 None 3 keep 38 | Content-Length=3 ContentLength")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "200 [OK] 1.1 None -1 keep 47 | Transfer-Encoding=chunked TransferEncoding hop")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", "200 [OK] 1.1 None -1 keep 19")]
    public void Response_to_HEAD_has_no_body(string text, string expected) => Assert.Equal(expected, HeadRuns.Response(text, HttpVerb.Head));

    [Theory]
    [InlineData(HeadError.BadStatusLine, "\r\nHTTP/1.1 200 OK\r\n\r\n")]
    [InlineData(HeadError.BadStatusLine, "\r\n\r\n")]
    [InlineData(HeadError.BadStatusLine, "\r\nfoo\nbar\r\n\r\n")]
    [InlineData(HeadError.BadStatusLine, "nonsense\r\n\r\n")]
    [InlineData(HeadError.BadStatusLine, "HTTP/1.1\r\n\r\n")]
    [InlineData(HeadError.BadStatusLine, "HTTP/1.1 \r\n\r\n")]
    [InlineData(HeadError.BadStatusLine, "HTTP/1.1 20\r\n\r\n")]
    [InlineData(HeadError.BadStatusLine, "HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData(HeadError.BadStatusLine, "HTTP/1.1 2000 OK\r\n\r\n")]
    [InlineData(HeadError.BadStatusLine, "HTTP/1.1 099 OK\r\n\r\n")]
    [InlineData(HeadError.BadStatusLine, "HTTP/1.1 +20 OK\r\n\r\n")]
    [InlineData(HeadError.BadStatusLine, "HTTP/1.1  200 OK\r\n\r\n")]
    [InlineData(HeadError.BadStatusLine, "HTTP/1.1 200OK\r\n\r\n")]
    [InlineData(HeadError.BadStatusLine, "HTTP/1.1 200 O\0K\r\n\r\n")]
    [InlineData(HeadError.BadStatusLine, "http/1.1 200 OK\r\n\r\n")]
    [InlineData(HeadError.BadStatusLine, "HTTP/1.12 200 OK\r\n\r\n")]
    [InlineData(HeadError.BadStatusLine, "HTTP/2 200\r\n\r\n")]
    [InlineData(HeadError.UnsupportedVersion, "HTTP/1.2 200 OK\r\n\r\n")]
    [InlineData(HeadError.UnsupportedVersion, "HTTP/2.0 200 OK\r\n\r\n")]
    [InlineData(HeadError.BareLineFeed, "HTTP/1.1 200 OK\n\n")]
    [InlineData(HeadError.BareCarriageReturn, "HTTP/1.1 200 OK\rA: b\r\n\r\n")]
    [InlineData(HeadError.ObsFold, "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n")]
    [InlineData(HeadError.SpaceBeforeColon, "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n")]
    [InlineData(HeadError.BadHeaderName, "HTTP/1.1 200 OK\r\nA\r\n\r\n")]
    [InlineData(HeadError.BadHeaderValue, "HTTP/1.1 200 OK\r\nA: \u0001\r\n\r\n")]
    [InlineData(HeadError.LengthWithTransferEncoding, "HTTP/1.1 204 OK\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n")]
    public void Faulty_response_is_refused_for_its_fault(HeadError error, string text) => Assert.Equal(error.ToString(), HeadRuns.Response(text));

    [Fact]
    public void Limits_hold_for_responses()
    {
        const string Text = "HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\n\r\n";
        Assert.Equal("HeadTooLarge", HeadRuns.Response(Text, limits: new HeadLimits(Text.Length - 1, 2)));
        Assert.Equal("TooManyHeaders", HeadRuns.Response(Text, limits: new HeadLimits(Text.Length, 1)));
        Assert.StartsWith("200", HeadRuns.Response(Text, limits: new HeadLimits(Text.Length, 2)), StringComparison.Ordinal);
    }
}
