using FastGate.Protocol.Http;

namespace FastGate.Protocol.Tests.Http;

public class RequestRejectionTests
{
    [Theory]
    [InlineData(HeadError.BadRequestLine, "GET\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadRequestLine, "GET /\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadRequestLine, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadRequestLine, "\r\n\r\nfoo\nbar\r\n\r\n")]
    [InlineData(HeadError.BadRequestLine, " GET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadRequestLine, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadRequestLine, "GET /  HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadRequestLine, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadRequestLine, "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadRequestLine, "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadRequestLine, "G(T / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadRequestLine, "G\0T / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadRequestLine, "GET / http/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadRequestLine, "GET / HTTP/1.10\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadRequestLine, "GET / HTTP/11\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadRequestLine, "GET / HTTP\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.UnsupportedVersion, "GET / HTTP/1.2\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.UnsupportedVersion, "GET / HTTP/2.0\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.UnsupportedVersion, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")]
    [InlineData(HeadError.BadTarget, "GET a HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadTarget, "GET /\t HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadTarget, "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadTarget, "GET /\u007f HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadTarget, "GET /\u00e4 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadTarget, "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadTarget, "GET * HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadTarget, "OPTIONS ** HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadTarget, "GET example.com:80 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadTarget, "CONNECT example.com:80 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadTarget, "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadTarget, "GET http:// HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadTarget, "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadTarget, "GET http://user@host/ HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BadTarget, "GET ftp://host/ HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BareLineFeed, "GET / HTTP/1.1\nHost: a\n\n")]
    [InlineData(HeadError.BareLineFeed, "GET / HTTP/1.1\r\nHost: a\nB: c\r\n\r\n")]
    [InlineData(HeadError.BareLineFeed, "GET / HTTP/1.1\r\nHost: a\r\n\n")]
    [InlineData(HeadError.BareLineFeed, "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.BareLineFeed, "nonsense\r\nA : b\r\nHost: a\nb\r\n\r\n")]
    [InlineData(HeadError.BareCarriageReturn, "GET / HTTP/1.1\rHost: a\r\n\r\n")]
    [InlineData(HeadError.BareCarriageReturn, "GET / HTTP/1.1\r\nHost: a\rB: c\r\n\r\n")]
    [InlineData(HeadError.BareCarriageReturn, "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n")]
    [InlineData(HeadError.BareCarriageReturn, "GET / HTTP/1.1\r\nHo\rst: a\r\n\r\n")]
    [InlineData(HeadError.BareCarriageReturn, "GET / HTTP/1.1\r\n\rHost: a\r\n\r\n")]
    [InlineData(HeadError.BareCarriageReturn, "\r\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData(HeadError.ObsFold, "GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n")]
    [InlineData(HeadError.ObsFold, "GET / HTTP/1.1\r\nHost: a\r\n\tX: b\r\n\r\n")]
    [InlineData(HeadError.ObsFold, "GET / HTTP/1.1\r\n Host: a\r\n\r\n")]
    [InlineData(HeadError.SpaceBeforeColon, "GET / HTTP/1.1\r\nHost : a\r\n\r\n")]
    [InlineData(HeadError.SpaceBeforeColon, "GET / HTTP/1.1\r\nHost: a\r\nContent-Length\t: 5\r\n\r\n")]
    [InlineData(HeadError.BadHeaderName, "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n")]
    [InlineData(HeadError.BadHeaderName, "GET / HTTP/1.1\r\nHost: a\r\nNoColon\r\n\r\n")]
    [InlineData(HeadError.BadHeaderName, "GET / HTTP/1.1\r\nHost: a\r\nNoColon\r\nB: c\r\n\r\n")]
    [InlineData(HeadError.BadHeaderName, "GET / HTTP/1.1\r\nHost: a\r\nTwo Words: b\r\n\r\n")]
    [InlineData(HeadError.BadHeaderName, "GET / HTTP/1.1\r\nHost: a\r\nN\0l: b\r\n\r\n")]
    [InlineData(HeadError.BadHeaderName, "GET / HTTP/1.1\r\nHost: a\r\nN\u00e4me: b\r\n\r\n")]
    [InlineData(HeadError.BadHeaderName, "GET / HTTP/1.1\r\nHost: a\r\nx-fastgate-\u0001: b\r\n\r\n")]
    [InlineData(HeadError.BadHeaderValue, "GET / HTTP/1.1\r\nHost: a\r\nB: c\0d\r\n\r\n")]
    [InlineData(HeadError.BadHeaderValue, "GET / HTTP/1.1\r\nHost: a\r\nB: \u007f\r\n\r\n")]
    [InlineData(HeadError.BadHeaderValue, "GET / HTTP/1.1\r\nHost: a\r\nB: \u001b[0m\r\n\r\n")]
    [InlineData(HeadError.MissingHost, "GET / HTTP/1.1\r\n\r\n")]
    [InlineData(HeadError.MissingHost, "GET http://a/ HTTP/1.1\r\nX: y\r\n\r\n")]
    [InlineData(HeadError.RepeatedHost, "GET / HTTP/1.1\r\nHost: a\r\nHOST: a\r\n\r\n")]
    [InlineData(HeadError.RepeatedHost, "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData(HeadError.BadHost, "GET / HTTP/1.1\r\nHost:\r\n\r\n")]
    [InlineData(HeadError.BadHost, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n")]
    [InlineData(HeadError.BadHost, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n")]
    [InlineData(HeadError.BadHost, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n")]
    [InlineData(HeadError.BadHost, "GET / HTTP/1.1\r\nHost: \u00e4\r\n\r\n")]
    [InlineData(HeadError.BadHost, "GET / HTTP/1.1\r\nHost: a:b\r\n\r\n")]
    [InlineData(HeadError.BadHost, "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n")]
    [InlineData(HeadError.BadHost, "GET / HTTP/1.1\r\nHost: a:1:2\r\n\r\n")]
    [InlineData(HeadError.BadHost, "GET / HTTP/1.1\r\nHost: :80\r\n\r\n")]
    [InlineData(HeadError.BadHost, "GET / HTTP/1.1\r\nHost: a%2\r\n\r\n")]
    [InlineData(HeadError.BadHost, "GET / HTTP/1.1\r\nHost: a%zz\r\n\r\n")]
    [InlineData(HeadError.BadHost, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n")]
    [InlineData(HeadError.BadHost, "GET / HTTP/1.1\r\nHost: []\r\n\r\n")]
    [InlineData(HeadError.BadHost, "GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n")]
    [InlineData(HeadError.BadHost, "GET / HTTP/1.1\r\nHost: [g::1]\r\n\r\n")]
    public void Faulty_request_is_refused_for_its_fault(HeadError error, string text) => Assert.Equal(error.ToString(), HeadRuns.Request(text));

    [Theory]
    [InlineData(HeadError.BadContentLength, "Content-Length: ")]
    [InlineData(HeadError.BadContentLength, "Content-Length: +1")]
    [InlineData(HeadError.BadContentLength, "Content-Length: -1")]
    [InlineData(HeadError.BadContentLength, "Content-Length: 1 2")]
    [InlineData(HeadError.BadContentLength, "Content-Length: 1, 1")]
    [InlineData(HeadError.BadContentLength, "Content-Length: 0x10")]
    [InlineData(HeadError.BadContentLength, "Content-Length: 1.0")]
    [InlineData(HeadError.BadContentLength, "Content-Length: \u00b2")]
    [InlineData(HeadError.BadContentLength, "Content-Length: 9223372036854775808")]
    [InlineData(HeadError.BadContentLength, "Content-Length: 18446744073709551617")]
    [InlineData(HeadError.BadContentLength, "Content-Length: 99999999999999999999999999999999")]
    [InlineData(HeadError.RepeatedContentLength, "Content-Length: 5\r\nContent-Length: 5")]
    [InlineData(HeadError.RepeatedContentLength, "Content-Length: 5\r\ncontent-length: 6")]
    [InlineData(HeadError.LengthWithTransferEncoding, "Content-Length: 5\r\nTransfer-Encoding: chunked")]
    [InlineData(HeadError.LengthWithTransferEncoding, "Transfer-Encoding: chunked\r\nContent-Length: 5")]
    [InlineData(HeadError.BadTransferEncoding, "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked")]
    [InlineData(HeadError.BadTransferEncoding, "Transfer-Encoding: chunked, chunked")]
    [InlineData(HeadError.BadTransferEncoding, "Transfer-Encoding: chunked, gzip")]
    [InlineData(HeadError.BadTransferEncoding, "Transfer-Encoding: chunked,")]
    [InlineData(HeadError.BadTransferEncoding, "Transfer-Encoding: ,chunked")]
    [InlineData(HeadError.BadTransferEncoding, "Transfer-Encoding:")]
    [InlineData(HeadError.BadTransferEncoding, "Transfer-Encoding: chunked;q=1")]
    [InlineData(HeadError.BadTransferEncoding, "Transfer-Encoding: \"chunked\"")]
    [InlineData(HeadError.BadTransferEncoding, "Transfer-Encoding: \u00a0chunked")]
    [InlineData(HeadError.BadHeaderValue, "Transfer-Encoding: \u000bchunked")]
    [InlineData(HeadError.UnsupportedTransferEncoding, "Transfer-Encoding: gzip, chunked")]
    [InlineData(HeadError.UnsupportedTransferEncoding, "Transfer-Encoding: gzip")]
    [InlineData(HeadError.UnsupportedTransferEncoding, "Transfer-Encoding: identity")]
    [InlineData(HeadError.UnsupportedTransferEncoding, "Transfer-Encoding: xchunked")]
    public void Doubtful_framing_is_refused_in_requests_and_responses(HeadError error, string lines)
    {
        Assert.Equal(error.ToString(), HeadRuns.Request($"POST / HTTP/1.1\r\nHost: a\r\n{lines}\r\n\r\n"));
        Assert.Equal(error.ToString(), HeadRuns.Response($"HTTP/1.1 200 OK\r\n{lines}\r\n\r\n"));
    }

    [Fact]
    public void Request_of_http_1_0_has_no_transfer_encoding()
        => Assert.Equal("TransferEncodingBeforeHttp11", HeadRuns.Request("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"));

    [Fact]
    public void Head_may_be_as_large_as_the_limit_and_no_larger()
    {
        const string Text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        Assert.StartsWith("Get", HeadRuns.Request(Text + "body", new HeadLimits(Text.Length, 10)), StringComparison.Ordinal);
        Assert.Equal("HeadTooLarge", HeadRuns.Request(Text + "body", new HeadLimits(Text.Length - 1, 10)));
        Assert.Equal("HeadTooLarge", HeadRuns.Request("GET / HTTP/1.1", new HeadLimits(14, 10)));
        Assert.Equal("Incomplete", HeadRuns.Request("GET / HTTP/1.1", new HeadLimits(15, 10)));
    }

    [Fact]
    public void Head_may_have_as_many_fields_as_the_limit_and_no_more()
    {
        string Fields(int count) => $"GET / HTTP/1.1\r\nHost: a\r\n{string.Concat(Enumerable.Range(1, count - 1).Select(i => $"X-{i}: {i}\r\n"))}\r\n";
        Assert.StartsWith("Get", HeadRuns.Request(Fields(40), new HeadLimits(4096, 40)), StringComparison.Ordinal);
        Assert.Equal("TooManyHeaders", HeadRuns.Request(Fields(41), new HeadLimits(4096, 40)));
    }

    [Fact]
    public void Connection_may_not_name_options_without_end()
    {
        string Options(int count) => $"GET / HTTP/1.1\r\nHost: a\r\nConnection: {string.Join(',', Enumerable.Repeat("x", count))}\r\n\r\n";
        Assert.StartsWith("Get", HeadRuns.Request(Options(32)), StringComparison.Ordinal);
        Assert.Equal("TooManyConnectionOptions", HeadRuns.Request(Options(33)));
    }

    [Fact]
    public void Every_fault_has_a_sentence_of_its_own_and_a_status()
    {
        HeadError[] errors = [.. Enum.GetValues<HeadError>().Where(error => error != HeadError.None)];
        Assert.All(errors, error => Assert.Matches("^[A-Z].*\\.$", error.Describe()));
        Assert.Equal(errors.Length, errors.Select(error => error.Describe()).Distinct().Count());
        Assert.All(errors, error => Assert.Contains(error.StatusCode(), new[] { 400, 431, 501, 505 }));
        Assert.Equal(431, HeadError.HeadTooLarge.StatusCode());
        Assert.Equal(431, HeadError.TooManyHeaders.StatusCode());
        Assert.Equal(505, HeadError.UnsupportedVersion.StatusCode());
        Assert.Equal(501, HeadError.UnsupportedTransferEncoding.StatusCode());
        Assert.Equal(400, HeadError.BadTransferEncoding.StatusCode());

        BodyError[] bodyErrors = [.. Enum.GetValues<BodyError>()];
        Assert.Equal(bodyErrors.Length, bodyErrors.Select(error => error.Describe()).Distinct().Count());
    }

    [Fact]
    public void Head_must_be_reset_between_messages()
    {
        var head = new RequestHead();
        RequestParser.TryParse(Sequences.Single("GET / HTTP/1.0\r\n\r\n"), head, HeadRuns.Limits);
        Assert.Throws<InvalidOperationException>(() => RequestParser.TryParse(Sequences.Single("GET / HTTP/1.0\r\n\r\n"), head, HeadRuns.Limits));
    }
}
