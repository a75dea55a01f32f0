using System.Text;
using FastGate.Load.Http;

namespace FastGate.Load.Tests.Http;

public sealed class ResponseParserTests
{
    private const string Counted = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello";
    private const string Chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;ext=1\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: x\r\n\r\n";

    [Theory]
    [InlineData(Counted)]
    [InlineData(Chunked)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n" + Counted)]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + Chunked)]
    public void A_response_is_complete_at_its_last_byte_wherever_it_is_cut(string response)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(response);
        for (int cut = 1; cut <= bytes.Length; cut++)
        {
            var parser = new ResponseParser();
            for (int at = 0; at < bytes.Length; at += cut)
            {
                int length = Math.Min(cut, bytes.Length - at);
                Progress progress = parser.Feed(bytes.AsSpan(at, length), null, 0);
                Assert.Equal(at + length == bytes.Length ? Progress.Complete : Progress.NeedMore, progress);
            }

            Assert.Equal(200, parser.Status);
            Assert.Equal(5, parser.BodyBytes);
            Assert.False(parser.MustClose);
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello!")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5garbage\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n")]
    [InlineData("SMTP ready here\r\n\r\n")]
    [InlineData("HTTP/1.1 2x0 OK\r\n\r\n")]
    public void Bad_framing_is_malformed(string response) =>
        Assert.Equal(Progress.Malformed, new ResponseParser().Feed(Encoding.ASCII.GetBytes(response), null, 0));

    [Fact]
    public void A_body_without_length_ends_with_the_connection()
    {
        var parser = new ResponseParser();
        Assert.Equal(Progress.NeedMore, parser.Feed("HTTP/1.1 200 OK\r\n\r\nhello"u8, null, 0));
        Assert.True(parser.EndsWithConnection());
        Assert.True(parser.MustClose);
    }

    [Fact]
    public void A_counted_body_does_not_end_with_the_connection()
    {
        var parser = new ResponseParser();
        parser.Feed("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"u8, null, 0);
        Assert.False(parser.EndsWithConnection());
    }

    [Theory]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", false)]
    [InlineData("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", true)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", true)]
    public void A_response_without_body_is_complete_with_its_head(string response, bool mustClose)
    {
        var parser = new ResponseParser();
        Assert.Equal(Progress.Complete, parser.Feed(Encoding.ASCII.GetBytes(response), null, 0));
        Assert.Equal(mustClose, parser.MustClose);
    }

    [Fact]
    public void A_head_without_end_is_malformed()
    {
        var parser = new ResponseParser();
        byte[] part = new byte[16 * 1024];
        part.AsSpan().Fill((byte)'a');
        Assert.Equal(Progress.NeedMore, parser.Feed(part, null, 0));
        Assert.Equal(Progress.NeedMore, parser.Feed(part, null, 0));
        Assert.Equal(Progress.Malformed, parser.Feed(part, null, 0));
    }

    [Fact]
    public void Reading_allocates_nothing_once_warm()
    {
        var parser = new ResponseParser();
        var scanner = new SseScanner();
        byte[] response = Encoding.ASCII.GetBytes(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n18\r\ndata: {\"content\":\"hi\"}\n\n\r\ne\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
        Read(100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Read(10_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Read(int times)
        {
            for (int i = 0; i < times; i++)
            {
                parser.Reset();
                scanner.Reset();
                int cut = i % response.Length;
                parser.Feed(response.AsSpan(0, cut), scanner, i);
                if (parser.Feed(response.AsSpan(cut), scanner, i) != Progress.Complete || scanner.Events != 1)
                {
                    throw new InvalidOperationException($"cut at {cut}: {scanner.Events} events");
                }
            }
        }
    }
}
