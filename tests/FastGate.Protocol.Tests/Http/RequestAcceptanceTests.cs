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

    private static RequestHead Accept(string text)
    {
        var head = new RequestHead();
        ParseStatus status = RequestParser.TryParse(Sequences.Single(text), head, Limits);
        Assert.Equal((ParseStatus.Complete, HeadError.None), (status, head.Error));
        return head;
    }

    private static string Text(RequestHead head, ByteSlice slice) => Encoding.Latin1.GetString(head[slice]);
}
