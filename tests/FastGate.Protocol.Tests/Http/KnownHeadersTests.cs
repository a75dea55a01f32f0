using System.Text;
using FastGate.Protocol.Http;

namespace FastGate.Protocol.Tests.Http;

public class KnownHeadersTests
{
    [Fact]
    public void Every_field_is_found_by_its_name_in_any_letter_case()
    {
        foreach (KnownHeader header in Named())
        {
            string name = Encoding.ASCII.GetString(KnownHeaders.NameOf(header));
            Assert.Matches("^[a-z][a-z0-9-]+$", name);
            Assert.Equal(header.ToString().ToLowerInvariant(), name.Replace("-", "", StringComparison.Ordinal));
            Assert.Equal(header, Lookup(name));
            Assert.Equal(header, Lookup(name.ToUpperInvariant()));
            Assert.Equal(header, Lookup(string.Concat(name.Select((letter, i) => i % 2 == 0 ? char.ToUpperInvariant(letter) : letter))));
        }
    }

    [Fact]
    public void Name_with_one_octet_changed_is_another_name()
    {
        foreach (KnownHeader header in Named())
        {
            byte[] name = KnownHeaders.NameOf(header).ToArray();
            for (int i = 0; i < name.Length; i++)
            {
                byte kept = name[i];
                for (int octet = 0; octet < 256; octet++)
                {
                    name[i] = (byte)octet;
                    if (char.ToLowerInvariant((char)octet) != kept || octet > 127)
                    {
                        Assert.NotEqual(header, KnownHeaders.Lookup(name));
                    }
                }

                name[i] = kept;
            }

            Assert.NotEqual(header, KnownHeaders.Lookup(name.AsSpan(1)));
            Assert.NotEqual(header, KnownHeaders.Lookup(name.AsSpan(0, name.Length - 1)));
            Assert.NotEqual(header, KnownHeaders.Lookup([.. name, (byte)'x']));
        }
    }

    [Theory]
    [InlineData("", KnownHeader.Other)]
    [InlineData("x", KnownHeader.Other)]
    [InlineData("x-fastgat", KnownHeader.Other)]
    [InlineData("x-fastgate", KnownHeader.Other)]
    [InlineData("x-fastgate-", KnownHeader.XFastgateOther)]
    [InlineData("X-FASTGATE-anything-at-all-however-long-it-may-be", KnownHeader.XFastgateOther)]
    [InlineData("X-FastGate-Route", KnownHeader.XFastgateRoute)]
    [InlineData("x-fastgate-routes", KnownHeader.XFastgateOther)]
    [InlineData("content_length", KnownHeader.Other)]
    public void Prefix_of_the_gateway_is_known(string name, KnownHeader expected) => Assert.Equal(expected, Lookup(name));

    [Fact]
    public void Set_of_fields_fits_one_word() => Assert.True(Enum.GetValues<KnownHeader>().Max() < (KnownHeader)64);

    private static IEnumerable<KnownHeader> Named()
        => Enum.GetValues<KnownHeader>().Where(header => header is not (KnownHeader.Other or KnownHeader.XFastgateOther));

    private static KnownHeader Lookup(string name) => KnownHeaders.Lookup(Encoding.Latin1.GetBytes(name));
}
