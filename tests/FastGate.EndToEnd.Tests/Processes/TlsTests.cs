using System.Security.Cryptography.X509Certificates;
using FastGate.EndToEnd.Tests.Harness;
using FastGate.MockProvider;

namespace FastGate.EndToEnd.Tests.Processes;

public sealed class TlsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Listener_with_a_certificate_is_https()
    {
        using var certificate = new SelfSigned(_folder, "gateway");
        await using GatewayPair pair = await GatewayPair.StartAsync($$"""tls: { cert: "{{certificate.CertificateFile}}", key: "{{certificate.KeyFile}}" }""");
        using var handler = new SocketsHttpHandler
        {
            SslOptions = { RemoteCertificateValidationCallback = (_, presented, _, _) => presented!.GetCertHashString() == certificate.Certificate.GetCertHashString() },
        };
        using var client = new HttpClient(handler) { BaseAddress = pair.Gateway.Address };

        Assert.Equal(Uri.UriSchemeHttps, pair.Gateway.Address.Scheme);
        Assert.Equal("hello", await client.TextAsync("mock/ok"));
        using HttpResponseMessage response = await client.AskAsync(Chat.Body("mock/ok", stream: true));
        Assert.EndsWith("data: [DONE]\n\n", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provider_whose_authority_is_named_is_trusted_and_others_are_not()
    {
        using var certificate = new SelfSigned(_folder, "provider");
        await using var provider = new MockServer(new MockOptions { RequiredKey = Secrets.ProviderKey, Certificate = ForServer(certificate) });
        provider.Start();
        string start = $$"""base_url: "https://{{provider.BoundEndpoint}}/v1", key: "{{Secrets.ProviderKey}}", models: [ok]""";
        await using Gateway gateway = await Gateway.ServeAsync($$"""
            providers:
              trusted: { {{start}}, tls: { ca: "{{certificate.CertificateFile}}" } }
              stranger: { {{start}} }
              misnamed: { {{start}}, tls: { ca: "{{certificate.CertificateFile}}", server_name: example.com } }
              unchecked: { {{start}}, tls: { insecure_skip_verify: true } }
            """);

        Assert.Equal("hello", await gateway.Client.TextAsync("trusted/ok"));
        Assert.Equal("hello", await gateway.Client.TextAsync("unchecked/ok"));
        using HttpResponseMessage stream = await gateway.Client.AskAsync(Chat.Body("trusted/ok", stream: true));
        Assert.EndsWith("data: [DONE]\n\n", await stream.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        foreach (string name in (string[])["stranger", "misnamed"])
        {
            (int status, string? code, string message) = await gateway.Client.ErrorAsync($"{name}/ok");
            Assert.Equal(502, status);
            Assert.Equal("upstream_error", code);
            Assert.Contains("TLS", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Provider_that_speaks_no_tls_is_an_upstream_error()
    {
        await using var provider = new MockServer(new MockOptions());
        provider.Start();
        await using Gateway gateway = await Gateway.ServeAsync($$"""
            providers: { mock: { base_url: "https://{{provider.BoundEndpoint}}/v1", models: [ok] } }
            """);

        (int status, string? code, string message) = await gateway.Client.ErrorAsync("mock/ok");

        Assert.Equal(502, status);
        Assert.Equal("upstream_error", code);
        Assert.Contains("TLS", message, StringComparison.Ordinal);
    }

    // SslStream takes the key from where a PKCS #12 import puts it.
    private static X509Certificate2 ForServer(SelfSigned certificate) =>
        X509CertificateLoader.LoadPkcs12(certificate.Certificate.Export(X509ContentType.Pkcs12), null);
}
