using FastGate.Protocol.Http;

namespace FastGate.Protocol.Tests.Http;

public class HeadSearchTests
{
    [Fact]
    public void Every_control_octet_but_tab_is_found_at_every_place()
    {
        for (int length = 1; length <= 50; length++)
        {
            for (int place = 0; place < length; place++)
            {
                for (int octet = 0; octet < 256; octet++)
                {
                    byte[] text = new byte[length];
                    text.AsSpan().Fill((byte)'x');
                    text[place] = (byte)octet;
                    bool stops = (octet < 0x20 && octet != '\t') || octet == 0x7f;
                    Assert.Equal(stops ? place : -1, HeadSearch.IndexOfControl(text, 0));
                    Assert.Equal(stops ? place : -1, HeadSearch.IndexOfControl(text, place));
                    Assert.Equal(-1, HeadSearch.IndexOfControl(text, place + 1));
                }
            }
        }
    }

    [Fact]
    public void First_of_several_is_found()
    {
        byte[] text = "name: value\r\nother-name-that-is-long: another value, a long one\r\n"u8.ToArray();
        Assert.Equal(4, HeadSearch.IndexOfColon(text, 0));
        Assert.Equal(11, HeadSearch.IndexOfControl(text, 5));
        Assert.Equal(12, HeadSearch.IndexOfControl(text, 12));
        Assert.Equal(36, HeadSearch.IndexOfColon(text, 13));
        Assert.Equal(text.Length - 2, HeadSearch.IndexOfControl(text, 13));
        Assert.Equal(-1, HeadSearch.IndexOfColon("no such octet here"u8, 0));
        Assert.Equal(-1, HeadSearch.IndexOfColon("a: colon long before the end"u8, 2));
    }

    // Mostly line ends, so that every pair of pieces of 16 is cut through one in every way.
    [Fact]
    public void End_of_a_head_is_where_the_general_search_finds_it()
    {
        const int Seed = 20261127;
        var random = new Random(Seed);
        int found = 0;
        for (int i = 0; i < 200_000; i++)
        {
            byte[] text = new byte[random.Next(80)];
            int letters = random.Next(1, 12);
            for (int j = 0; j < text.Length; j++)
            {
                text[j] = random.Next(letters + 2) switch { 0 => (byte)'\r', 1 => (byte)'\n', _ => (byte)'x' };
            }

            int expected = text.AsSpan().IndexOf("\r\n\r\n"u8);
            found += expected >= 0 ? 1 : 0;
            Assert.True(expected == HeadSearch.IndexOfEnd(text), $"seed {Seed}, text {i}: {Convert.ToHexString(text)}");
        }

        Assert.InRange(found, 1000, 199_000);
    }

    [Fact]
    public void End_of_a_head_is_found_at_every_place()
    {
        for (int before = 0; before <= 70; before++)
        {
            for (int behind = 0; behind <= 40; behind++)
            {
                byte[] text = [.. Enumerable.Repeat((byte)'x', before), .. "\r\n\r\n"u8, .. Enumerable.Repeat((byte)'\n', behind)];
                Assert.Equal(before, HeadSearch.IndexOfEnd(text));
                Assert.Equal(-1, HeadSearch.IndexOfEnd(text.AsSpan(0, before + 3)));
            }
        }
    }
}
