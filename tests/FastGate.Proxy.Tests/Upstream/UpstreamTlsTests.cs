using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Upstream;

namespace FastGate.Proxy.Tests.Upstream;

/// <summary>What the gateway says in a handshake with a provider.</summary>
public sealed class UpstreamTlsTests
{
    [Fact]
    public async Task Http_1_1_is_asked_for_and_the_host_is_named()
    {
        using X509Certificate2 certificate = Certificates.SelfSigned();
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, provider => provider with
        {
            BaseUrl = new Uri($"https://localhost:{upstream.EndPoint.Port}/v1"),
            Tls = new UpstreamTls(null, null, InsecureSkipVerify: true),
        });
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        Wire plain = await upstream.AcceptAsync();
        string? named = null;
        var tls = new SslStream(new NetworkStream(plain.Socket));
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
            ServerCertificateSelectionCallback = (_, name) =>
            {
                named = name;
                return certificate;
            },
        }).Soon();
        using var wire = new Wire(plain.Socket, tls);

        Message? request = await Message.ReadRequestAsync(wire);
        await wire.SendAsync(ScriptedUpstream.Json("{}"));

        Assert.Equal(SslApplicationProtocol.Http11, tls.NegotiatedApplicationProtocol);
        Assert.Equal("localhost", named);
        Assert.Equal($"localhost:{upstream.EndPoint.Port}", request!["host"]);
        Assert.Equal(200, (await asked).Status);
    }
}
