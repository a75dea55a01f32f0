using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastGate.Configuration.Reading;

namespace FastGate.Configuration.Keys;

/// <summary>The keys of a listener and of its certificate.</summary>
internal static class ListenKeys
{
    public static readonly Section<TlsConfig> Tls = new Section<TlsConfig>("tls", "A server certificate; makes a listener https.", new TlsConfig())
        .Key("cert", new PemFileShape("CERTIFICATE"), t => t.Cert, (t, v) => t with { Cert = v },
            "PEM file of the certificate, followed by its intermediates. Relative paths start at the configuration file.", required: true)
        .Key("key", new PemFileShape("PRIVATE KEY"), t => t.Key, (t, v) => t with { Key = v },
            "PEM file of the certificate's private key, not encrypted.", required: true)
        .Completed(CheckPair);

    public static readonly Section<ListenConfig> Listener = new Section<ListenConfig>("listen", "Where the data plane listens.", new ListenConfig())
        .Key("address", new AddressShape(), l => l.Address, (l, v) => l with { Address = v },
            "`127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`, or `:8080` and `*:8080` for every interface. Port `0` lets the system choose.", required: true)
        .Key("tls", new OptionalShape<TlsConfig>(Tls.AsShape(), () => new TlsConfig()), l => l.Tls, (l, v) => l with { Tls = v },
            "The certificate of this listener.", defaultNote: "the top-level `tls`; without one, plain http")
        .OrJust("address");

    private static TlsConfig CheckPair(TlsConfig tls, IReadOnlySet<string> written, string path, ConfigReading reading)
    {
        // What is missing or cannot be read has been reported.
        if (tls.Cert.Length == 0 || tls.Key.Length == 0
            || reading.FileText(tls.Cert) is not { Length: > 0 } certificate || reading.FileText(tls.Key) is not { Length: > 0 } key)
        {
            return tls;
        }

        try
        {
            using var pair = X509Certificate2.CreateFromPem(certificate, key);
        }
        catch (Exception problem) when (problem is CryptographicException or ArgumentException)
        {
            reading.Report(KeyPath.Of(path, "key"), $"is not the key of the certificate {tls.Cert}, or one of the two is damaged or encrypted; give the pair, unencrypted");
        }

        return tls;
    }
}
