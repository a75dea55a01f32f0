using System.Buffers;
using System.Text;
using FastGate.Protocol.Http;

namespace FastGate.Protocol.Tests.Http;

/// <summary>Runs a decoder over one input in every way it can arrive, and insists that it makes no difference.</summary>
internal static class BodyRuns
{
    /// <summary>The verdict, the body and what follows it, as text.</summary>
    public static string Decode(string text, BodyFraming framing = BodyFraming.Chunked, long length = -1)
    {
        byte[] octets = Sequences.Latin1(text);
        string expected = Run(octets, framing, length, [octets.Length], segmentSize: int.MaxValue);
        Assert.Equal(expected, Run(octets, framing, length, [octets.Length], segmentSize: 1));
        Assert.Equal(expected, Run(octets, framing, length, Enumerable.Range(0, octets.Length + 1), segmentSize: int.MaxValue));
        Assert.Equal(expected, Run(octets, framing, length, Enumerable.Range(0, octets.Length + 1), segmentSize: 1));
        for (int cut = 0; cut < octets.Length; cut++)
        {
            Assert.Equal(expected, Run(octets, framing, length, [cut, octets.Length], segmentSize: int.MaxValue));
            Assert.Equal(expected, Run(octets, framing, length, [octets.Length], segmentSize: cut + 1));
        }

        return expected;
    }

    /// <summary>Feeds the input in reads that end where <paramref name="reads"/> says, each in segments of one size.</summary>
    public static string Run(byte[] octets, BodyFraming framing, long length, IEnumerable<int> reads, int segmentSize)
    {
        var decoder = BodyDecoder.For(framing, length);
        var body = new StringBuilder();
        int consumed = 0;
        var status = BodyStatus.NeedMore;
        foreach (int end in reads)
        {
            ReadOnlySequence<byte> buffer = Sequences.Segmented(octets.AsSpan(consumed..end), segmentSize);
            do
            {
                long before = buffer.Length;
                status = decoder.Next(ref buffer, out ReadOnlySequence<byte> data);
                Assert.Equal(status == BodyStatus.Data, !data.IsEmpty);
                Assert.True(status != BodyStatus.Data || data.Length <= before - buffer.Length);
                body.Append(Encoding.Latin1.GetString(data.ToArray()));
            }
            while (status == BodyStatus.Data);

            Assert.True(status != BodyStatus.NeedMore || buffer.IsEmpty, "A decoder that needs more leaves nothing behind.");
            consumed = end - (int)buffer.Length;
            if (status != BodyStatus.NeedMore)
            {
                break;
            }
        }

        string rest = Encoding.Latin1.GetString(octets.AsSpan(consumed));
        switch (status)
        {
            case BodyStatus.Done:
                Assert.True(decoder.IsDone && decoder.EndOfInput() && decoder.Error == BodyError.None);
                return $"Done [{body}] [{rest}]";
            case BodyStatus.Invalid:
                ReadOnlySequence<byte> more = Sequences.Single("0\r\n\r\n");
                Assert.Equal(BodyStatus.Invalid, decoder.Next(ref more, out _));
                Assert.False(decoder.IsDone);
                BodyError error = decoder.Error;
                Assert.False(decoder.EndOfInput());
                Assert.Equal(error, decoder.Error);
                return $"{error} [{body}]";
            default:
                Assert.False(decoder.IsDone);
                bool complete = decoder.EndOfInput();
                Assert.Equal(complete ? BodyError.None : BodyError.Truncated, decoder.Error);
                Assert.Equal(complete, decoder.IsDone);
                return $"{(complete ? "Complete" : "Truncated")} [{body}]";
        }
    }
}
