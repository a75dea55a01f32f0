using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using FastGate.Proxy.Model;
using FastGate.Proxy.Server;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Server;

/// <summary>TLS towards clients: how a connection begins and ends.</summary>
public sealed class ClientTlsTests : IDisposable
{
    // RFC 5246 §6.2.1: the types of records are readable whatever they hold.
    private const byte Alert = 21;

    private readonly X509Certificate2 _certificate = Certificates.SelfSigned();

    public void Dispose() => _certificate.Dispose();

    [Theory]
    [InlineData("Connection: close\r\n", false)]
    [InlineData("", true)]
    public async Task Orderly_end_is_announced(string lines, bool drains)
    {
        await using Gateway gateway = await StartAsync();
        Wire plain = await gateway.ConnectAsync();
        var recorded = new RecordedStream(new NetworkStream(plain.Socket));
        using var client = new Wire(plain.Socket, await HandshakeAsync(recorded, SslProtocols.Tls12));
        await client.SendAsync(Gateway.Get("/-/health", lines));
        Assert.Equal(200, (await Message.ReadResponseAsync(client)).Status);

        Task<int> stopping = drains ? gateway.Plane.StopAsync() : Task.FromResult(0);

        Assert.Equal("", await client.ReadToEndAsync());
        Assert.Equal(Alert, RecordTypes(recorded.Read())[^1]);
        Assert.Equal(0, await stopping.Soon());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u0016\u0003\u0001")]
    public async Task Handshake_that_does_not_come_is_given_up_in_time(string beginning)
    {
        await using Gateway gateway = await StartAsync();
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(beginning);

        // Real time does not count.
        Task ended = client.ExpectEndAsync();
        await gateway.Time.AdvanceUntilAsync(Ended(ended), TimeSpan.FromSeconds(1));

        Assert.True(gateway.Time.GetUtcNow() - gateway.Plane.Started >= new ServerLimits().HeadTimeout);
        Assert.Equal(0, await gateway.Plane.StopAsync().Soon());
    }

    [Fact]
    public async Task Handshake_that_makes_a_connection_leaves_no_deadline_behind()
    {
        await using Gateway gateway = await StartAsync();
        using Wire client = await gateway.ConnectTlsAsync();
        await client.SendAsync(Gateway.Get("/-/health"));
        Assert.Equal(200, (await Message.ReadResponseAsync(client)).Status);

        // Longer than a handshake may take, not as long as a connection may be idle.
        gateway.Time.Advance(new ServerLimits().HeadTimeout + TimeSpan.FromSeconds(1));

        await client.SendAsync(Gateway.Get("/-/health"));
        Assert.Equal(200, (await Message.ReadResponseAsync(client)).Status);
    }

    [Fact]
    public async Task Handshake_under_way_does_not_hold_a_drain_up()
    {
        await using Gateway gateway = await StartAsync();
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync("\u0016\u0003\u0001");
        await Failover.Chains.EventuallyAsync(() => gateway.Plane.OpenConnections == 1);

        Assert.Equal(0, await gateway.Plane.StopAsync().Soon());

        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task Client_that_speaks_no_tls_is_let_go()
    {
        await using Gateway gateway = await StartAsync();
        Wire client = await gateway.ConnectAsync();

        await client.SendAsync(Gateway.Get("/-/health"));

        // An alert, and the end.
        try
        {
            Assert.DoesNotContain("HTTP/1.1", await client.ReadToEndAsync(), StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // With what it had sent unread, the end is a reset.
        }

        await Failover.Chains.EventuallyAsync(() => gateway.Plane.OpenConnections == 0);
    }

    private static async Task<bool> Ended(Task end)
    {
        await end;
        return true;
    }

    private static async Task<SslStream> HandshakeAsync(Stream over, SslProtocols protocols)
    {
        var tls = new SslStream(over);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = protocols,
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        }).Soon();
        return tls;
    }

    private static List<byte> RecordTypes(byte[] octets)
    {
        var types = new List<byte>();
        for (int i = 0; i < octets.Length; i += 5 + (octets[i + 3] << 8) + octets[i + 4])
        {
            types.Add(octets[i]);
        }

        return types;
    }

    private Task<Gateway> StartAsync() => Gateway.StartAsync(
        Gateway.Settings(Gateway.Provider("up", new IPEndPoint(IPAddress.Loopback, 1))), new ListenSettings(new IPEndPoint(IPAddress.Loopback, 0), _certificate));
}
