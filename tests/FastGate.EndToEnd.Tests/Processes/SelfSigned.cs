using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastGate.EndToEnd.Tests.Harness;

namespace FastGate.EndToEnd.Tests.Processes;

/// <summary>A certificate for 127.0.0.1 and localhost that signs itself, also as PEM files.</summary>
internal sealed class SelfSigned : IDisposable
{
    public SelfSigned(TemporaryFolder folder, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        Certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        CertificateFile = folder.Write($"{name}.pem", Certificate.ExportCertificatePem());
        KeyFile = folder.Write($"{name}-key.pem", key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>With its private key.</summary>
    public X509Certificate2 Certificate { get; }

    public string CertificateFile { get; }

    public string KeyFile { get; }

    public void Dispose() => Certificate.Dispose();
}
