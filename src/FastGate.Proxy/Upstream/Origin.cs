using System.Net;

namespace FastGate.Proxy.Upstream;

/// <summary>Where a provider is reached: scheme, host and port of its <c>base_url</c>.</summary>
/// <param name="Host">A DNS name or an IP address, without brackets.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="Tls">Whether the scheme is https.</param>
public sealed record Origin(string Host, int Port, bool Tls)
{
    /// <summary>The <c>Host</c> field's value (RFC 9110 §7.2): the port only where it is not the scheme's own.</summary>
    public string HostHeader
    {
        get
        {
            string host = IPAddress.TryParse(Host, out IPAddress? ip) && ip.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{Host}]" : Host;
            return Port == (Tls ? 443 : 80) ? host : $"{host}:{Port}";
        }
    }

    /// <summary>The origin of an absolute http or https address.</summary>
    public static Origin Of(Uri address) => new(address.IdnHost.Trim('[', ']'), address.Port, address.Scheme == Uri.UriSchemeHttps);

    /// <inheritdoc/>
    public override string ToString() => $"{(Tls ? "https" : "http")}://{HostHeader}";
}
