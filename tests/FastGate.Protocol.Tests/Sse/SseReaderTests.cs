using System.Text;
using FastGate.Protocol.Sse;

namespace FastGate.Protocol.Tests.Sse;

public sealed class SseReaderTests
{
    private const string Chat =
        ": ping\n\ndata: {\"a\":1}\n\nevent: message_start\r\nid: 7\r\ndata: one\r\ndata: two\r\n\r\nretry: 1500\rdata:x\r\rdata: [DONE]\n\n";

    [Fact]
    public void Event_of_one_line_is_read_in_place()
    {
        using var reader = new SseReader();
        byte[] input = "data: hello\n\n"u8.ToArray();
        SseReader.Enumerator events = reader.Read(input);
        Assert.True(events.MoveNext());
        Assert.True(events.Current.Data.Overlaps(input.AsSpan(6), out int offset));
        Assert.Equal(0, offset);
        Assert.True(events.Current.Raw.SequenceEqual(input));
        Assert.False(events.MoveNext());
        Assert.False(reader.HasPartial);
    }

    [Fact]
    public void All_fields_are_told()
    {
        ReadEvent e = Assert.Single(ReadEvent.All("event: delta\nid: a:1\nretry: 250\n: note\ndata: x\nunknown: y\n\n"));
        Assert.Equal(new ReadEvent("event: delta\nid: a:1\nretry: 250\n: note\ndata: x\nunknown: y\n\n", "x", true, "delta", "a:1", 250, false), e);
    }

    [Theory]
    [InlineData("data: a\ndata: b\n\n", "a\nb")]
    [InlineData("data:a\rdata:\rdata: c\r\r", "a\n\nc")]
    [InlineData("data\n\n", "")]
    [InlineData("data\ndata\n\n", "\n")]
    [InlineData("data:  two spaces\n\n", " two spaces")]
    [InlineData("data: a:b\n\n", "a:b")]
    public void Data_lines_are_joined_by_line_feeds(string stream, string data)
    {
        ReadEvent e = Assert.Single(ReadEvent.All(stream));
        Assert.True(e.HasData);
        Assert.Equal(data, e.Data);
    }

    [Theory]
    [InlineData("dat: x\n\n")]
    [InlineData("datax\n\n")]
    [InlineData("Data: x\n\n")]
    [InlineData(" data: x\n\n")]
    [InlineData("event: x\n\n")]
    public void Block_without_a_data_line_has_no_data(string stream)
    {
        ReadEvent e = Assert.Single(ReadEvent.All(stream));
        Assert.False(e.HasData);
        Assert.False(e.IsCommentOnly);
    }

    [Fact]
    public void Block_of_comments_is_a_keep_alive()
    {
        Assert.True(Assert.Single(ReadEvent.All(": ping\n:\n\n")).IsCommentOnly);
    }

    [Fact]
    public void Id_with_nul_is_ignored_and_an_empty_id_is_an_id()
    {
        Assert.Equal("1", Assert.Single(ReadEvent.All("id: 1\nid: 2\03\n\n")).Id);
        Assert.Null(Assert.Single(ReadEvent.All("id: a\0\ndata: x\n\n")).Id);
        Assert.Equal("", Assert.Single(ReadEvent.All("id\n\n")).Id);
    }

    [Theory]
    [InlineData("10", 10)]
    [InlineData("99999999999999999999", int.MaxValue)]
    [InlineData("1s", -1)]
    [InlineData("-1", -1)]
    [InlineData("", -1)]
    public void Retry_is_digits_only(string value, int expected)
    {
        Assert.Equal(expected, Assert.Single(ReadEvent.All($"retry: {value}\ndata: x\n\n")).Retry);
    }

    [Theory]
    [InlineData("\u00EF\u00BB\u00BFdata: x\n\n", "data: x\n\n", true)]
    [InlineData("\u00EF\u00BB\u00BF\u00EF\u00BB\u00BFdata: x\n\n", "\u00EF\u00BB\u00BFdata: x\n\n", false)]
    [InlineData("\u00EF\u00BBdata: x\n\n", "\u00EF\u00BBdata: x\n\n", false)]
    [InlineData("\u00EF\n\ndata: x\n\n", "\u00EF\n\n", false)]
    public void One_byte_order_mark_at_the_start_is_dropped_however_it_is_split(string stream, string raw, bool hasData)
    {
        byte[] octets = Encoding.Latin1.GetBytes(stream);
        for (int split = 0; split <= octets.Length; split++)
        {
            using var reader = new SseReader();
            ReadEvent e = ReadEvent.All(reader, octets[..split], octets[split..])[0];
            Assert.Equal(raw, e.Raw);
            Assert.Equal(hasData, e.HasData);
        }
    }

    [Fact]
    public void Any_split_gives_the_same_events()
    {
        byte[] octets = Encoding.Latin1.GetBytes(Chat);
        List<ReadEvent> whole = ReadEvent.All(Chat);
        Assert.Equal(5, whole.Count);
        for (int first = 0; first <= octets.Length; first++)
        {
            for (int second = first; second <= octets.Length; second++)
            {
                using var reader = new SseReader();
                List<ReadEvent> events = ReadEvent.All(reader, octets[..first], octets[first..second], octets[second..]);
                Assert.Equal(whole.Select(WithoutLastLineFeed), events.Select(WithoutLastLineFeed));
                Assert.False(reader.HasPartial);
            }
        }
    }

    [Fact]
    public void Carriage_return_at_the_end_of_input_closes_the_block_at_once()
    {
        using var reader = new SseReader();
        Assert.Equal("data: x\r\n\r", Assert.Single(ReadEvent.All(reader, "data: x\r\n\r"u8.ToArray())).Raw);
        Assert.Equal("data: y\n\n", Assert.Single(ReadEvent.All(reader, "\ndata: y\n\n"u8.ToArray())).Raw);
    }

    [Fact]
    public void Unfinished_block_is_no_event()
    {
        using var reader = new SseReader();
        Assert.Empty(ReadEvent.All(reader, "data: x\n"u8.ToArray()));
        Assert.True(reader.HasPartial);
        Assert.True(reader.Partial.SequenceEqual("data: x\n"u8));
        reader.Reset();
        Assert.False(reader.HasPartial);
        Assert.Equal("y", Assert.Single(ReadEvent.All(reader, "data: y\n\n"u8.ToArray())).Data);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Event_past_the_limit_is_an_error_that_stays(int pieceLength)
    {
        using var reader = new SseReader(maxEventBytes: 32);
        byte[] fits = Encoding.ASCII.GetBytes("data: " + new string('x', 24) + "\n\n");
        byte[] tooLarge = Encoding.ASCII.GetBytes("data: " + new string('x', 25) + "\n\n");
        byte[][] pieces = [.. fits.Concat(tooLarge).Concat(fits).Chunk(pieceLength)];
        Assert.Single(ReadEvent.All(reader, pieces));
        Assert.Equal(SseError.EventTooLarge, reader.Error);
        Assert.False(reader.HasPartial);
        Assert.Empty(ReadEvent.All(reader, fits));
        reader.Reset();
        Assert.Single(ReadEvent.All(reader, fits));
    }

    [Fact]
    public void Endless_line_stops_at_the_limit()
    {
        using var reader = new SseReader(maxEventBytes: 64);
        byte[] piece = Encoding.ASCII.GetBytes(new string('x', 10));
        for (int i = 0; i < 7; i++)
        {
            ReadEvent.All(reader, piece);
        }

        Assert.Equal(SseError.EventTooLarge, reader.Error);
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        using var reader = new SseReader();
        byte[] octets = Encoding.Latin1.GetBytes(Chat);
        int seen = 0;
        for (int i = 0; i < 50; i++)
        {
            seen += Count(reader, octets);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            seen += Count(reader, octets);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1050 * 10, seen);
    }

    [Fact]
    public void Limit_below_sixteen_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SseReader(15));
    }

    private static int Count(SseReader reader, byte[] octets)
    {
        int count = 0;
        foreach (SseEvent e in reader.Read(octets))
        {
            count += e.Raw.IsEmpty ? 0 : 1;
        }

        // The same again, cut in pieces: through the pooled buffer.
        for (int i = 0; i < octets.Length; i += 11)
        {
            foreach (SseEvent e in reader.Read(octets.AsSpan(i, Math.Min(11, octets.Length - i))))
            {
                count += e.Raw.IsEmpty ? 0 : 1;
            }
        }

        return count;
    }

    private static ReadEvent WithoutLastLineFeed(ReadEvent e) => e with { Raw = e.Raw.EndsWith("\r\n", StringComparison.Ordinal) ? e.Raw[..^1] : e.Raw };
}
