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
        Assert.Equal(4, HeadSearch.IndexOfColon(text));
        Assert.Equal(11, HeadSearch.IndexOfControl(text, 5));
        Assert.Equal(12, HeadSearch.IndexOfControl(text, 12));
        Assert.Equal(23, HeadSearch.IndexOfColon(text.AsSpan(13)));
        Assert.Equal(text.Length - 2, HeadSearch.IndexOfControl(text, 13));
        Assert.Equal(-1, HeadSearch.IndexOfColon("no such octet here"u8));
    }
}
