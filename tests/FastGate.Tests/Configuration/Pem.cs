using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FastGate.Tests.Configuration;

/// <summary>A certificate and its key as PEM files hold them.</summary>
internal sealed class Pem
{
    private Pem()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=gateway", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        Certificate = certificate.ExportCertificatePem();
        Key = key.ExportPkcs8PrivateKeyPem();
        SecKey = key.ExportECPrivateKeyPem();
        EncryptedKey = key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000));
    }

    public static Pem One { get; } = new();

    public static Pem Other { get; } = new();

    public string Certificate { get; }

    public string Key { get; }

    /// <summary>The key in the older form of RFC 5915.</summary>
    public string SecKey { get; }

    public string EncryptedKey { get; }
}
