using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FastGate.Load.Compare;

/// <summary>A certificate for 127.0.0.1 that signs itself, made for one comparison: ECDSA on P-256, as most public ones are now.</summary>
internal sealed class TestCertificate
{
    private readonly string _pem;

    public TestCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("127.0.0.1");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        _pem = certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
    }

    /// <summary>Writes certificate and key into one file, as HAProxy wants them.</summary>
    /// <returns>The path.</returns>
    public string WriteTo(string directory)
    {
        string path = Path.Combine(directory, "certificate.pem");
        File.WriteAllText(path, _pem);
        return path;
    }
}
