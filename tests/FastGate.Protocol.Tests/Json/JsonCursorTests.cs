using System.Text;
using FastGate.Protocol.Json;

namespace FastGate.Protocol.Tests.Json;

public sealed class JsonCursorTests
{
    [Fact]
    public void Object_is_walked_by_its_shape()
    {
        var cursor = new JsonCursor("""{ "a" : 12 , "b" : [ "x\ty" , null ] , "c" : {} , "d" : { "e" : -1.5 } }"""u8);
        Assert.True(cursor.TryEnterObject());
        Assert.True(cursor.NextProperty());
        Assert.True(cursor.Name.Is("a"u8));
        Assert.True(cursor.TryReadInt64(out long number));
        Assert.Equal(12, number);
        Assert.True(cursor.NextProperty());
        Assert.True(cursor.TryEnterArray());
        Assert.True(cursor.NextElement());
        Assert.True(cursor.TryReadString(out JsonString text));
        Assert.True(text.NeedsUnescape);
        Assert.True(text.Is("x\ty"u8));
        Assert.Equal("x\ty", text.ToString());
        Assert.True(cursor.NextElement());
        Assert.Equal(JsonKind.Null, cursor.Peek());
        Assert.True(cursor.SkipValue());
        Assert.False(cursor.NextElement());
        Assert.True(cursor.NextProperty());
        Assert.True(cursor.TryEnterObject());
        Assert.False(cursor.NextProperty());
        Assert.True(cursor.NextProperty());
        Assert.True(cursor.Name.Is("d"u8));
        Assert.True(cursor.SkipValue());
        Assert.False(cursor.NextProperty());
        Assert.True(cursor.Finish());
    }

    [Theory]
    [InlineData("""{"mod\u0065l":1}""", "model", true)]
    [InlineData("""{"model":1}""", "model", true)]
    [InlineData("""{"model\u0000":1}""", "model", false)]
    [InlineData("""{"mode":1}""", "model", false)]
    [InlineData("""{"\ud800":1}""", "model", false)]
    public void Names_compare_without_their_escapes(string json, string name, bool expected)
    {
        var cursor = new JsonCursor(Encoding.UTF8.GetBytes(json));
        Assert.True(cursor.TryEnterObject());
        Assert.True(cursor.NextProperty());
        Assert.Equal(expected, cursor.Name.Is(Encoding.UTF8.GetBytes(name)));
    }

    // The usual property is found by one look at 16 octets: whatever stands where that look begins or ends must not matter.
    [Fact]
    public void Names_of_every_length_are_found_with_and_without_white_space()
    {
        for (int length = 0; length <= 40; length++)
        {
            string name = new('n', length);
            foreach (string space in (string[])["", " ", "\r\n\t  "])
            {
                foreach (int behind in (int[])[0, 1, 15, 40])
                {
                    string json = $"{{{space}\"{name}\"{space}:{space}1{space},{space}\"{name}\\u0041\"{space}:{space}\"{new string('v', behind)}\"{space}}}";
                    var cursor = new JsonCursor(Encoding.UTF8.GetBytes(json));
                    Assert.True(cursor.TryEnterObject(), json);
                    Assert.True(cursor.NextProperty(), json);
                    Assert.True(cursor.Name.Is(Encoding.UTF8.GetBytes(name)), json);
                    Assert.True(cursor.TryReadInt64(out long number) && number == 1, json);
                    Assert.True(cursor.NextProperty(), json);
                    Assert.True(cursor.Name.Is(Encoding.UTF8.GetBytes(name + "A")), json);
                    Assert.True(cursor.TryReadString(out JsonString value) && value.Raw.Length == behind, json);
                    Assert.False(cursor.NextProperty(), json);
                    Assert.True(cursor.Finish(), json);
                }
            }
        }
    }

    [Theory]
    [InlineData("{\"a\",\"bbbbbbbbbbbbbbbb\":1}")]
    [InlineData("{\"a\"1,\"bbbbbbbbbbbbbbbb\":1}")]
    [InlineData("{\"a\":1\"bbbbbbbbbbbbbbbb\":1}")]
    [InlineData("{\"a\":1;\"bbbbbbbbbbbbbbbb\":1}")]
    [InlineData("{,\"a\":1,\"bbbbbbbbbbbbbbbb\":1}")]
    [InlineData("{\"a\n\":1,\"bbbbbbbbbbbbbbbb\":1}")]
    [InlineData("{\"a\":1,\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")]
    [InlineData("{\"a\":1,x\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\":1}")]
    public void Broken_properties_are_told(string json)
    {
        var cursor = new JsonCursor(Encoding.UTF8.GetBytes(json));
        cursor.SkipValue();
        Assert.False(cursor.Finish());
        Assert.True(cursor.IsFaulted);
    }

    // Every octet at every place of a string that is looked at in pieces of 16 and 32.
    [Fact]
    public void Strings_end_at_a_quote_and_nowhere_else()
    {
        for (int octet = 0; octet < 256; octet++)
        {
            for (int place = 0; place < 100; place++)
            {
                byte[] json = [(byte)'[', (byte)'"', .. Enumerable.Repeat((byte)'s', place), (byte)octet, (byte)'n', .. Enumerable.Repeat((byte)'s', 99 - place), (byte)'"', (byte)']'];
                var cursor = new JsonCursor(json);
                cursor.SkipValue();
                Assert.Equal(octet >= 0x20 && octet != '"', cursor.Finish());
            }
        }
    }

    [Theory]
    [InlineData("1", 1)]
    [InlineData("10", 10)]
    [InlineData("-7", -7)]
    [InlineData("-0", 0)]
    [InlineData("123456789012345", 123456789012345)]
    [InlineData("1234567890123456", 1234567890123456)]
    [InlineData("999999999999999999", 999999999999999999)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    public void Plain_integers_are_read_wherever_they_stand(string number, long expected)
    {
        foreach (string json in (string[])[number, $"[{number}]", $"[{number} ,\"and a long string behind\"]", $"[{number},\"and a long string behind\"]"])
        {
            var cursor = new JsonCursor(Encoding.UTF8.GetBytes(json));
            if (cursor.TryEnterArray())
            {
                cursor.NextElement();
            }

            Assert.True(cursor.TryReadInt64(out long value), json);
            Assert.Equal(expected, value);
        }
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("99999999999999999999")]
    [InlineData("\"1\"")]
    [InlineData("[1]")]
    [InlineData("null")]
    public void What_is_no_plain_integer_is_skipped(string json)
    {
        var cursor = new JsonCursor(Encoding.UTF8.GetBytes(json));
        Assert.False(cursor.TryReadInt64(out _));
        Assert.True(cursor.Finish());
    }

    [Fact]
    public void Reading_another_type_consumes_nothing()
    {
        var cursor = new JsonCursor("[1]"u8);
        Assert.False(cursor.TryEnterObject());
        Assert.False(cursor.TryReadString(out _));
        Assert.False(cursor.TryReadNumber(out _));
        Assert.Equal(0, cursor.Position);
        Assert.True(cursor.SkipValue());
        Assert.True(cursor.Finish());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("{\"a\"}")]
    [InlineData("{\"a\":}")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{,\"a\":1}")]
    [InlineData("[1,]")]
    [InlineData("[,1]")]
    [InlineData("[1 2]")]
    [InlineData("[1}")]
    [InlineData("{\"a\":1]")]
    [InlineData("[1]]")]
    [InlineData("\"a")]
    [InlineData("\"\\")]
    [InlineData("\"\\u12\"")]
    [InlineData("\"\t\"")]
    [InlineData("01")]
    [InlineData("-")]
    [InlineData("1.")]
    [InlineData("1e")]
    [InlineData("tru")]
    [InlineData("truee")]
    public void Broken_text_is_told(string json)
    {
        var cursor = new JsonCursor(Encoding.UTF8.GetBytes(json));
        cursor.SkipValue();
        Assert.False(cursor.Finish());
    }

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void Depth_is_bounded(int depth, bool expected)
    {
        byte[] json = Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth));
        var skipping = new JsonCursor(json);
        skipping.SkipValue();
        Assert.Equal(expected, skipping.Finish());

        var entering = new JsonCursor(json);
        for (int i = 0; i < 64; i++)
        {
            Assert.True(entering.TryEnterArray());
            Assert.True(entering.NextElement());
        }

        Assert.Equal(expected, entering.SkipValue());
    }

    [Fact]
    public void Walking_allocates_nothing()
    {
        byte[] json = Encoding.UTF8.GetBytes(RequestBodies.Chat);
        int names = Walk(json);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 500; i++)
        {
            names += Walk(json);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(501 * 8, names);
    }

    private static int Walk(byte[] json)
    {
        int names = 0;
        var cursor = new JsonCursor(json);
        cursor.TryEnterObject();
        while (cursor.NextProperty())
        {
            names++;
            cursor.SkipValue();
        }

        return cursor.Finish() ? names : 0;
    }
}
