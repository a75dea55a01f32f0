using System.Net;
using FastGate.Configuration;

namespace FastGate.Tests.Configuration;

public class AddressTests
{
    [Theory]
    [InlineData("127.0.0.1:8080", "127.0.0.1:8080", true)]
    [InlineData("127.1.2.3:1", "127.1.2.3:1", true)]
    [InlineData("[::1]:8080", "[::1]:8080", true)]
    [InlineData("[0:0::1]:8080", "[::1]:8080", true)]
    [InlineData("localhost:8080", "localhost:8080", true)]
    [InlineData("LocalHost:8080", "localhost:8080", true)]
    [InlineData(":8080", "*:8080", false)]
    [InlineData("*:0", "*:0", false)]
    [InlineData("0.0.0.0:65535", "0.0.0.0:65535", false)]
    [InlineData("[::]:80", "[::]:80", false)]
    [InlineData("10.0.0.1:80", "10.0.0.1:80", false)]
    public void Addresses_are_read(string text, string written, bool loopback)
    {
        Assert.True(Address.TryParse(text, out Address? address, out _));
        Assert.Equal(written, address!.ToString());
        Assert.Equal(loopback, address.IsLoopback);
        Assert.Equal(address.Port, address.ToEndPoint().Port);
        Assert.Equal(loopback, IPAddress.IsLoopback(address.ToEndPoint().Address));
    }

    [Theory]
    [InlineData("", "names no port")]
    [InlineData("8080", "names no host; write 127.0.0.1:8080, or :8080 for every interface")]
    [InlineData("127.0.0.1", "names no port")]
    [InlineData("127.0.0.1:", "has no port from 0 to 65535")]
    [InlineData("127.0.0.1:65536", "has no port from 0 to 65535")]
    [InlineData("127.0.0.1:-1", "has no port from 0 to 65535")]
    [InlineData("127.0.0.1:http", "has no port from 0 to 65535")]
    [InlineData("::1:8080", "put the IPv6 address in brackets")]
    [InlineData("[::1:8080", "put the IPv6 address in brackets")]
    [InlineData("[]:8080", "names no IP address")]
    [InlineData("[127.0.0.1]:8080", "names no IP address")]
    [InlineData("1:8080", "names no IP address")]
    [InlineData("256.0.0.1:8080", "names no IP address")]
    [InlineData("example.com:8080", "names no IP address")]
    [InlineData("http://localhost:8080", "is a URL; write only HOST:PORT")]
    public void Anything_else_is_explained(string text, string expected)
    {
        Assert.False(Address.TryParse(text, out _, out string? problem));
        Assert.Contains(expected, problem);
    }

    [Theory]
    [InlineData("127.0.0.1:1", "127.0.0.1:1", true)]
    [InlineData("localhost:1", "127.0.0.1:1", true)]
    [InlineData("*:1", "127.0.0.1:1", true)]
    [InlineData("[::]:1", "10.0.0.1:1", true)]
    [InlineData("0.0.0.0:1", "10.0.0.1:1", true)]
    [InlineData("0.0.0.0:1", "[::1]:1", false)]
    [InlineData("127.0.0.1:1", "[::1]:1", false)]
    [InlineData("127.0.0.1:1", "127.0.0.1:2", false)]
    [InlineData("*:0", "*:0", false)]
    public void Addresses_overlap_when_one_socket_would_take_the_others_connections(string one, string other, bool expected)
    {
        Assert.True(Address.TryParse(one, out Address? first, out _));
        Assert.True(Address.TryParse(other, out Address? second, out _));

        Assert.Equal(expected, first!.Overlaps(second!));
        Assert.Equal(expected, second!.Overlaps(first));
    }
}
