using System.Buffers;
using System.Text;
using System.Text.Json;
using FastGate.Protocol.Json;

namespace FastGate.Protocol.Tests.Json;

public sealed class JsonEscapesTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("")]
    [InlineData("quote \" backslash \\ slash / newline \n tab \t return \r bell \a nul \0 escape \u001b")]
    [InlineData("Grüße 👋 \u2028")]
    public void What_is_written_reads_back_as_it_was(string text)
    {
        var writer = new ArrayBufferWriter<byte>();
        JsonEscapes.WriteString(writer, Encoding.UTF8.GetBytes(text));
        Assert.Equal(text, JsonSerializer.Deserialize<string>(writer.WrittenSpan));

        byte[] target = new byte[writer.WrittenCount];
        Assert.True(JsonEscapes.TryUnescape(writer.WrittenSpan[1..^1], target, out int written));
        Assert.Equal(text, Encoding.UTF8.GetString(target, 0, written));
    }

    [Fact]
    public void Octets_that_are_no_utf8_become_replacement_characters()
    {
        var writer = new ArrayBufferWriter<byte>();
        JsonEscapes.WriteString(writer, [(byte)'a', 0xFF, (byte)'"', 0xE2, 0x82]);
        Assert.Equal("a\uFFFD\"\uFFFD", JsonSerializer.Deserialize<string>(writer.WrittenSpan));
    }

    [Theory]
    [InlineData("""\ud83d\ude00\u00e9\u0041""", "😀éA")]
    [InlineData("""\b\f\n\r\t\/\\\" """, "\b\f\n\r\t/\\\" ")]
    public void Escapes_are_taken_away(string text, string expected)
    {
        byte[] target = new byte[text.Length];
        Assert.True(JsonEscapes.TryUnescape(Encoding.UTF8.GetBytes(text), target, out int written));
        Assert.Equal(expected, Encoding.UTF8.GetString(target, 0, written));
    }

    [Theory]
    [InlineData("""\ud83d""")]
    [InlineData("""\ude00""")]
    [InlineData("""\ud83dx""")]
    [InlineData("""\ud83d\u0041""")]
    [InlineData("""\u12""")]
    [InlineData("""\u12g4""")]
    [InlineData("""\x""")]
    [InlineData("\\")]
    public void Broken_escapes_are_refused(string text)
    {
        Assert.False(JsonEscapes.TryUnescape(Encoding.UTF8.GetBytes(text), new byte[64], out _));
    }

    [Theory]
    [InlineData("abcd")]
    [InlineData("abc\\n")]
    [InlineData("ab\\u00e9")]
    public void Target_too_short_is_told(string text)
    {
        Assert.False(JsonEscapes.TryUnescape(Encoding.UTF8.GetBytes(text), new byte[3], out _));
    }
}
