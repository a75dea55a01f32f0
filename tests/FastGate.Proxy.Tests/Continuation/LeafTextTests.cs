using System.Buffers;
using System.Text;
using FastGate.Proxy.Continuation;

namespace FastGate.Proxy.Tests.Continuation;

public sealed class LeafTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\\nb\\t\\\"c\\\" \\\\ \\/ \\b\\f\\r", "a\nb\t\"c\" \\ / \b\f\r")]
    [InlineData("\\u00e9\\u4f60", "\u00e9\u4f60")]
    [InlineData("\\ud83d\\ude00!", "\ud83d\ude00!")]
    [InlineData("\\ud83d!", "\ufffd!")]
    [InlineData("\\ude00!", "\ufffd!")]
    [InlineData("\\ud83d\\ud83d\\ude00", "\ufffd\ud83d\ude00")]
    public void Escapes_are_taken_away_wherever_the_text_is_cut(string raw, string expected)
    {
        for (int cut = 0; cut <= raw.Length; cut++)
        {
            if (IsInEscape(raw, cut))
            {
                continue;
            }

            char pending = '\0';
            string text = Decode(raw[..cut], ref pending) + Decode(raw[cut..], ref pending);
            Assert.Equal('\0', pending);
            Assert.Equal(expected, text);
        }
    }

    [Fact]
    public void Half_a_pair_is_kept_for_its_other_half()
    {
        char pending = '\0';

        Assert.Equal("a", Decode("a\\ud83d", ref pending));
        Assert.Equal('\ud83d', pending);
        Assert.Equal("\ud83d\ude00b", Decode("\\ude00b", ref pending));
        Assert.Equal('\0', pending);
    }

    [Fact]
    public void Text_comes_back_from_what_was_written()
    {
        const string Text = "a\n\"b\" \\ \u0001 \u00e9 \ud83d\ude00";
        var output = new ArrayBufferWriter<byte>();

        LeafText.Encode(Encoding.UTF8.GetBytes(Text), output);

        Assert.Equal(Text, System.Text.Json.JsonSerializer.Deserialize<string>($"\"{Encoding.UTF8.GetString(output.WrittenSpan)}\""));
    }

    private static string Decode(string raw, ref char pending)
    {
        byte[] octets = Encoding.UTF8.GetBytes(raw);
        byte[] target = new byte[octets.Length + LeafText.Slack];
        int length = LeafText.Decode(octets, ref pending, target);
        return Encoding.UTF8.GetString(target, 0, length);
    }

    private static bool IsInEscape(string raw, int cut)
    {
        for (int i = 0; i < cut;)
        {
            int length = raw[i] != '\\' ? 1 : raw[i + 1] == 'u' ? 6 : 2;
            if (i + length > cut)
            {
                return true;
            }

            i += length;
        }

        return false;
    }
}
