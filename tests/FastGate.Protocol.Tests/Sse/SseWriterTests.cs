using System.Buffers;
using System.Text;
using FastGate.Protocol.Sse;

namespace FastGate.Protocol.Tests.Sse;

public sealed class SseWriterTests
{
    [Theory]
    [InlineData("{}", "data: {}\n\n")]
    [InlineData("", "data: \n\n")]
    [InlineData("a\nb\r\nc\rd", "data: a\ndata: b\ndata: c\ndata: d\n\n")]
    [InlineData("a\n", "data: a\ndata: \n\n")]
    public void Data_is_written_line_by_line(string data, string expected)
    {
        Assert.Equal(expected, Written(w => SseWriter.WriteData(w, Encoding.UTF8.GetBytes(data))));
        Assert.Equal(data.ReplaceLineEndings("\n"), Assert.Single(ReadEvent.All(expected)).Data);
    }

    [Fact]
    public void Event_has_its_fields_before_its_data()
    {
        Assert.Equal("id: t:1\nevent: delta\ndata: x\n\n", Written(w => SseWriter.WriteEvent(w, "x"u8, "delta"u8, "t:1"u8)));
        Assert.Equal("event: delta\ndata: x\n\n", Written(w => SseWriter.WriteEvent(w, "x"u8, "delta"u8)));
    }

    [Theory]
    [InlineData("data: x\n\n", "data: x\n\n")]
    [InlineData("id: 9\r\nevent: e\r\nidle: y\r\ndata: x\r\n\r\n", "event: e\r\nidle: y\r\ndata: x\r\n\r\n")]
    [InlineData("id\rdata: x\r\r", "data: x\r\r")]
    public void Block_without_its_id_keeps_all_else(string block, string expected) =>
        Assert.Equal(expected, Written(w => SseWriter.WriteWithoutId(w, Encoding.UTF8.GetBytes(block))));

    [Fact]
    public void Comment_is_a_keep_alive()
    {
        Assert.True(Assert.Single(ReadEvent.All(Written(w => SseWriter.WriteComment(w, "ping"u8)))).IsCommentOnly);
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a\rb")]
    [InlineData("a\0b")]
    public void Value_that_would_break_the_framing_is_refused(string value)
    {
        byte[] octets = Encoding.UTF8.GetBytes(value);
        var writer = new ArrayBufferWriter<byte>();
        Assert.Throws<ArgumentException>(() => SseWriter.WriteEvent(writer, "x"u8, octets));
        Assert.Throws<ArgumentException>(() => SseWriter.WriteEvent(writer, "x"u8, "e"u8, octets));
        Assert.Throws<ArgumentException>(() => SseWriter.WriteComment(writer, octets));
    }

    private static string Written(Action<IBufferWriter<byte>> write)
    {
        var writer = new ArrayBufferWriter<byte>();
        write(writer);
        return Encoding.UTF8.GetString(writer.WrittenSpan);
    }
}
