using System.Buffers;
using System.Text;
using FastGate.Protocol.Http;

namespace FastGate.Protocol.Tests.Http;

public class LetGoOfFieldsTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(40)]
    public void Fields_are_gone_and_the_rest_of_the_head_holds(int fields)
    {
        var head = new ResponseHead();
        Parse(head, "one", fields);

        head.LetGoOfFields();

        Assert.Equal(0, head.HeaderCount);
        Assert.False(head.Has(KnownHeader.ContentLength));
        Assert.False(head.TryGet(KnownHeader.ContentLength, out _));
        Assert.Equal(200, head.Status);
        Assert.Equal(5, head.ContentLength);
        Assert.Equal(BodyFraming.ContentLength, head.Framing);
        Assert.True(head.KeepAlive);
        head.Reset();
        Parse(head, "two", fields);
        Assert.Equal("two", Encoding.ASCII.GetString(head.ValueOf(1)));
    }

    [Fact]
    public void Heads_do_not_share_what_was_let_go_of()
    {
        var one = new ResponseHead();
        var two = new ResponseHead();
        Parse(one, "first", 3);
        one.LetGoOfFields();
        one.LetGoOfFields();
        one.Reset();
        Parse(one, "second", 3);
        Parse(two, "third", 3);
        Assert.Equal("second", Encoding.ASCII.GetString(one.ValueOf(1)));
        Assert.Equal("third", Encoding.ASCII.GetString(two.ValueOf(1)));
    }

    private static void Parse(ResponseHead head, string value, int fields)
    {
        string text = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n" + string.Concat(Enumerable.Range(1, fields - 1).Select(i => $"x-{i}: {value}\r\n")) + "\r\n";
        var octets = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(text));
        Assert.Equal(ParseStatus.Complete, ResponseParser.TryParse(octets, head, new HeadLimits(64 * 1024, 256), HttpVerb.Post));
        Assert.Equal(fields, head.HeaderCount);
    }
}
