using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace FastGate.Proxy.Server;

/// <summary>One address the data plane listens on.</summary>
/// <param name="EndPoint">Address and port; port 0 takes a free one.</param>
/// <param name="Certificate">The certificate with its private key when the listener speaks TLS, else null.</param>
/// <param name="Intermediates">The chain sent along with the certificate.</param>
public sealed record ListenSettings(IPEndPoint EndPoint, X509Certificate2? Certificate = null, X509Certificate2Collection? Intermediates = null)
{
    /// <summary><c>http</c> or <c>https</c>.</summary>
    public string Scheme => Certificate is null ? "http" : "https";
}
