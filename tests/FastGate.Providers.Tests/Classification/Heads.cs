using System.Buffers;
using System.Text;
using FastGate.Protocol.Http;

namespace FastGate.Providers.Tests.Classification;

/// <summary>Response heads made from a status and lines of text.</summary>
internal static class Heads
{
    internal static readonly DateTimeOffset Now = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

    internal static ResponseHead Of(int status, params string[] lines)
    {
        var head = new ResponseHead();
        Assert.Equal(ParseStatus.Complete, ResponseParser.TryParse(new ReadOnlySequence<byte>(Octets(status, lines)), head, new HeadLimits(32 * 1024, 100), HttpVerb.Post));
        return head;
    }

    /// <summary>The same head from input in two segments, the first of that length.</summary>
    internal static ResponseHead InTwoSegments(int firstLength, int status, params string[] lines)
    {
        byte[] octets = Octets(status, lines);
        var first = new Segment(octets.AsMemory(0, firstLength), null);
        var second = new Segment(octets.AsMemory(firstLength), first);
        var head = new ResponseHead();
        var input = new ReadOnlySequence<byte>(first, 0, second, second.Memory.Length);
        Assert.Equal(ParseStatus.Complete, ResponseParser.TryParse(input, head, new HeadLimits(32 * 1024, 100), HttpVerb.Post));
        return head;
    }

    internal static byte[] Octets(int status, params string[] lines)
    {
        var text = new StringBuilder($"HTTP/1.1 {status} \r\nserver: test\r\ncontent-length: 0\r\n");
        foreach (string line in lines)
        {
            text.Append(line).Append("\r\n");
        }

        return Encoding.Latin1.GetBytes(text.Append("\r\n").ToString());
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        internal Segment(ReadOnlyMemory<byte> memory, Segment? before)
        {
            Memory = memory;
            if (before is not null)
            {
                before.Next = this;
                RunningIndex = before.RunningIndex + before.Memory.Length;
            }
        }
    }
}
