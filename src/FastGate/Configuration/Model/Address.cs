using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace FastGate.Configuration;

/// <summary>Where to listen: an IP address, <c>localhost</c> or <c>*</c> (every interface), and a port; port 0 lets the system choose one.</summary>
internal sealed record Address(string Host, int Port)
{
    /// <summary>The host that stands for every interface.</summary>
    public const string AnyHost = "*";

    private const string Localhost = "localhost";

    /// <summary>True when only this machine can reach it.</summary>
    public bool IsLoopback => Host == Localhost || (IPAddress.TryParse(Host, out IPAddress? ip) && IPAddress.IsLoopback(ip));

    /// <summary>
    /// The end point to bind. <c>*</c> is the IPv6 wildcard (which takes IPv4 too on a dual-mode socket) where the system has IPv6, else the IPv4 one;
    /// <c>localhost</c> is 127.0.0.1.
    /// </summary>
    public IPEndPoint ToEndPoint() => Host switch
    {
        AnyHost => new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, Port),
        Localhost => new IPEndPoint(IPAddress.Loopback, Port),
        _ => new IPEndPoint(IPAddress.Parse(Host), Port),
    };

    /// <summary>True when both cannot be listened on at once. Port 0 never overlaps: the system chooses a free one.</summary>
    public bool Overlaps(Address other)
    {
        IPAddress mine = ToEndPoint().Address;
        IPAddress theirs = other.ToEndPoint().Address;
        return Port == other.Port && Port != 0 && (mine.Equals(theirs) || Covers(mine, theirs) || Covers(theirs, mine));
    }

    /// <summary>Reads <c>127.0.0.1:8080</c>, <c>[::1]:8080</c>, <c>:8080</c>, <c>*:8080</c> or <c>localhost:8080</c>.</summary>
    /// <param name="text">The text to read.</param>
    /// <param name="address">The address, when the text is one.</param>
    /// <param name="problem">Otherwise what is wrong and what to write instead, to follow the quoted text.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out Address? address, [NotNullWhen(false)] out string? problem)
    {
        address = null;
        int colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            problem = IsPort(text)
                ? $"names no host; write 127.0.0.1:{text}, or :{text} for every interface"
                : "names no port; write it as HOST:PORT, for example 127.0.0.1:8080";
            return false;
        }

        ReadOnlySpan<char> host = text.AsSpan(0, colon);
        string portText = text[(colon + 1)..];
        if (!IsPort(portText))
        {
            problem = "has no port from 0 to 65535 after the last ':'; write it as HOST:PORT, for example 127.0.0.1:8080";
            return false;
        }

        int port = int.Parse(portText, NumberStyles.None, CultureInfo.InvariantCulture);
        if (host.IsEmpty || host is AnyHost)
        {
            address = new Address(AnyHost, port);
        }
        else if (host.Equals(Localhost, StringComparison.OrdinalIgnoreCase))
        {
            address = new Address(Localhost, port);
        }
        else if (host[0] == '[' && host[^1] == ']' && IPAddress.TryParse(host[1..^1], out IPAddress? v6) && v6.AddressFamily == AddressFamily.InterNetworkV6)
        {
            address = new Address(v6.ToString(), port);
        }
        else if (text.Contains("://", StringComparison.Ordinal))
        {
            problem = "is a URL; write only HOST:PORT, for example 127.0.0.1:8080";
            return false;
        }
        else if (host.Contains(':'))
        {
            problem = "is ambiguous; put the IPv6 address in brackets, for example [::1]:8080";
            return false;
        }
        else if (host.Count('.') == 3 && IPAddress.TryParse(host, out IPAddress? v4))
        {
            address = new Address(v4.ToString(), port);
        }
        else
        {
            problem = "names no IP address; write an IP address, localhost, or '*' for every interface, then ':' and the port";
            return false;
        }

        problem = null;
        return true;
    }

    public override string ToString() => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    // The IPv6 wildcard is bound dual-mode and takes IPv4 as well; the IPv4 one takes only IPv4.
    private static bool Covers(IPAddress wildcard, IPAddress address) =>
        wildcard.Equals(IPAddress.IPv6Any) || (wildcard.Equals(IPAddress.Any) && address.AddressFamily == AddressFamily.InterNetwork);

    private static bool IsPort(string text) =>
        text.Length is > 0 and <= 5 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port <= IPEndPoint.MaxPort;
}
