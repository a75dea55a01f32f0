using System.Buffers;
using System.Text;
using FastGate.Protocol.Http;

namespace FastGate.Protocol.Tests.Http;

public class HeadWriterTests
{
    [Fact]
    public void Request_head_is_written()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new HeadWriter(output);
        writer.RequestLine("POST"u8, "/base"u8, "/v1/x?y"u8);
        writer.Header(KnownHeader.Host, "a:1"u8);
        writer.Header("X-One"u8, "1, \t\u00e4"u8);
        writer.Header("X-Empty"u8, ""u8);
        writer.Header(KnownHeader.ContentLength, long.MaxValue);
        writer.Header("x-n"u8, -1);
        writer.Raw("A: b\r\nC: d\r\n"u8);
        writer.Raw(default);
        Assert.True(writer.Written > 0);
        writer.Complete();

        Assert.Equal(output.WrittenCount, writer.Written);
        Assert.Equal(
            "POST /base/v1/x?y HTTP/1.1\r\nhost: a:1\r\nX-One: 1, \t\u00e4\r\nX-Empty: \r\ncontent-length: 9223372036854775807\r\n" +
            "x-n: -1\r\nA: b\r\nC: d\r\n\r\n",
            Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void Every_status_line_parses_as_its_own_status()
    {
        for (int status = 100; status <= 999; status++)
        {
            var output = new ArrayBufferWriter<byte>();
            var writer = new HeadWriter(output);
            writer.StatusLine(status);
            writer.Complete();

            var head = new ResponseHead();
            Assert.Equal(ParseStatus.Complete, ResponseParser.TryParse(new ReadOnlySequence<byte>(output.WrittenMemory), head, HeadRuns.Limits, HttpVerb.Get));
            Assert.Equal(status, head.Status);
            Assert.Equal(!StatusLines.Of(status).IsEmpty, !head.Reason.IsEmpty);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => new HeadWriter(new ArrayBufferWriter<byte>()).StatusLine(99));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HeadWriter(new ArrayBufferWriter<byte>()).StatusLine(1000));
    }

    [Fact]
    public void Head_larger_than_the_output_gives_at_once_is_written_in_full()
    {
        var output = new ExactWriter();
        var writer = new HeadWriter(output);
        var expected = new StringBuilder("HTTP/1.1 200 OK\r\n");
        writer.StatusLine(200);
        for (int i = 0; i < 200; i++)
        {
            string value = new('v', i * 7);
            writer.Header("name"u8, Encoding.ASCII.GetBytes(value));
            writer.Header("n"u8, i);
            expected.Append($"name: {value}\r\nn: {i}\r\n");
        }

        writer.Complete();
        Assert.Equal(expected.Append("\r\n").ToString(), Encoding.ASCII.GetString(output.Written.ToArray()));
    }

    [Theory]
    [InlineData("a\rb")]
    [InlineData("a\nb")]
    [InlineData("\0")]
    [InlineData("a long value with the fault at its very end, where a vectored search could miss it\n")]
    public void Value_that_could_end_its_line_is_refused(string value)
    {
        byte[] octets = Sequences.Latin1(value);
        Assert.Throws<ArgumentException>(() => Writer().Header("name"u8, octets));
        Assert.Throws<ArgumentException>(() => Writer().Header(KnownHeader.Host, octets));
        Assert.Throws<ArgumentException>(() => Writer().RequestLine("GET"u8, octets));
        Assert.Throws<ArgumentException>(() => Writer().RequestLine("GET"u8, "/"u8, octets));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a:")]
    [InlineData("a\r\n")]
    [InlineData("\u00e4")]
    public void Name_or_method_that_is_no_token_is_refused(string name)
    {
        byte[] octets = Sequences.Latin1(name);
        Assert.Throws<ArgumentException>(() => Writer().Header(octets, "value"u8));
        Assert.Throws<ArgumentException>(() => Writer().Header(octets, 1));
        Assert.Throws<ArgumentException>(() => Writer().RequestLine(octets, "/"u8));
    }

    [Fact]
    public void Nameless_field_and_unsendable_target_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Writer().Header(KnownHeader.Other, "x"u8));
        Assert.Throws<ArgumentException>(() => Writer().Header(KnownHeader.XFastgateOther, 1));
        Assert.Throws<ArgumentException>(() => Writer().RequestLine("GET"u8, default));
        Assert.Throws<ArgumentException>(() => Writer().RequestLine("GET"u8, "/a b"u8));
        Assert.Throws<ArgumentException>(() => Writer().RequestLine("GET"u8, "/#a"u8));
    }

    [Theory]
    [InlineData("A: 1\r\nB: 2\r\nC: 3\r\n", "A: 1\r\nB: 2\r\nC: 3\r\n")]
    [InlineData("A:1\r\nB: 2\r\nC: 3\r\n", "A: 1\r\nB: 2\r\nC: 3\r\n")]
    [InlineData("A: 1\r\nB:\t2\r\nC: 3\r\n", "A: 1\r\nB: 2\r\nC: 3\r\n")]
    [InlineData("A: 1\r\nB: 2\r\nC: 3 \t\r\n", "A: 1\r\nB: 2\r\nC: 3\r\n")]
    [InlineData("A:  1\r\nB: 2\r\nC:\r\nD: \r\n", "A: 1\r\nB: 2\r\nC: \r\nD: \r\n")]
    [InlineData("Cookie: c\r\nA: 1\r\nB: 2\r\n", "A: 1\r\nB: 2\r\n")]
    [InlineData("A: 1\r\nCookie: c\r\nB: 2\r\n", "A: 1\r\nB: 2\r\n")]
    [InlineData("A: 1\r\nB: 2\r\nCookie: c\r\n", "A: 1\r\nB: 2\r\n")]
    [InlineData("A: 1\r\nConnection: close, B\r\nB: 2\r\nC: 3\r\n", "A: 1\r\nC: 3\r\n")]
    [InlineData("Cookie: c\r\n", "")]
    [InlineData("", "")]
    public void Fields_of_a_head_are_forwarded_together(string fields, string forwarded)
    {
        var head = new ResponseHead();
        ParseStatus status = ResponseParser.TryParse(Sequences.Single("HTTP/1.1 200 OK\r\n" + fields + "\r\n"), head, HeadRuns.Limits, HttpVerb.Get);
        Assert.Equal(ParseStatus.Complete, status);
        var output = new ArrayBufferWriter<byte>();
        var writer = new HeadWriter(output);
        writer.Headers(head, 1UL << (int)KnownHeader.Cookie);
        writer.Complete();

        Assert.Equal(forwarded + "\r\n", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void Line_is_rendered_to_be_written_often()
    {
        Assert.Equal("x-fastgate-route: chat\r\n", Encoding.ASCII.GetString(HeadWriter.Render(KnownHeader.XFastgateRoute, "chat"u8)));
        Assert.Throws<ArgumentException>(() => HeadWriter.Render(KnownHeader.XFastgateRoute, "a\r\nb: c"u8));
    }

    [Fact]
    public void Parsed_fields_are_forwarded()
    {
        var head = new RequestHead();
        RequestParser.TryParse(Sequences.Single("GET / HTTP/1.0\r\nA:b \r\nC-d:   \r\n\r\n"), head, HeadRuns.Limits);
        var output = new ArrayBufferWriter<byte>();
        var writer = new HeadWriter(output);
        writer.Header(head, 0);
        writer.Header(head, 1);
        writer.Complete();
        Assert.Equal("A: b\r\nC-d: \r\n\r\n", Encoding.ASCII.GetString(output.WrittenSpan));
    }

    // A writer that keeps memory in pieces of one size would have to make a larger one for each.
    [Theory]
    [InlineData(1)]
    [InlineData(16 * 1024)]
    [InlineData((16 * 1024) + 1)]
    [InlineData(64 * 1024)]
    [InlineData(1_000_000)]
    public void Chunk_of_any_size_asks_for_no_memory_beyond_a_piece(int size)
    {
        var output = new PieceWriter(32 * 1024);
        byte[] head = [.. Enumerable.Range(0, size / 3).Select(i => (byte)i)];
        byte[] rest = [.. Enumerable.Range(0, size - (size / 3)).Select(i => (byte)(i * 7))];
        ChunkWriter.Write(output, head, rest);
        Assert.Equal([.. Encoding.ASCII.GetBytes($"{size:x}\r\n"), .. head, .. rest, .. "\r\n"u8], output.Written);
    }

    [Theory]
    [InlineData(1, "1\r\n")]
    [InlineData(15, "f\r\n")]
    [InlineData(16, "10\r\n")]
    [InlineData(255, "ff\r\n")]
    [InlineData(256, "100\r\n")]
    [InlineData(0xabcde, "abcde\r\n")]
    [InlineData(int.MaxValue, "7fffffff\r\n")]
    public void Chunk_prefix_is_the_size_in_hexadecimal(int size, string expected)
    {
        byte[] destination = new byte[ChunkWriter.MaxPrefixLength];
        Assert.Equal(expected.Length, ChunkWriter.PrefixLength(size));
        Assert.Equal(expected, Encoding.ASCII.GetString(destination.AsSpan(0, ChunkWriter.WritePrefix(destination, size))));
        Assert.Throws<ArgumentOutOfRangeException>(() => ChunkWriter.WritePrefix(destination, 0));
    }

    [Fact]
    public void Written_chunks_decode_to_what_was_written()
    {
        var output = new ArrayBufferWriter<byte>();
        ChunkWriter.Write(output, "hello"u8);
        ChunkWriter.Write(output, default);
        ChunkWriter.Write(output, new byte[300]);
        output.Write(ChunkWriter.LastChunk);
        byte[] octets = output.WrittenSpan.ToArray();
        string decoded = BodyRuns.Run(octets, BodyFraming.Chunked, -1, [octets.Length], int.MaxValue);
        Assert.Equal($"Done [hello{new string('\0', 300)}] []", decoded);
    }

    private static HeadWriter Writer() => new(new ArrayBufferWriter<byte>());

    /// <summary>Gives not an octet more than was asked for.</summary>
    private sealed class ExactWriter : IBufferWriter<byte>
    {
        private byte[] _current = [];

        public List<byte> Written { get; } = [];

        public void Advance(int count) => Written.AddRange(_current.AsSpan(0, count));

        public Memory<byte> GetMemory(int sizeHint = 0) => _current = new byte[Math.Max(1, sizeHint)];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }

    private sealed class PieceWriter(int size) : IBufferWriter<byte>
    {
        private readonly byte[] _piece = new byte[size];
        private readonly List<byte> _written = [];

        internal byte[] Written => [.. _written];

        public void Advance(int count) => _written.AddRange(_piece.AsSpan(0, count));

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            Assert.InRange(sizeHint, 0, _piece.Length);
            return _piece;
        }

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
