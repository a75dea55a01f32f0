using System.Net;
using System.Security.Cryptography.X509Certificates;
using FastGate.MockProvider;
using FastGate.Proxy.Model;
using FastGate.Proxy.Server;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Upstream;

namespace FastGate.Proxy.Tests.Server;

public sealed class DrainTests
{
    [Fact]
    public async Task Idle_connections_are_closed_and_new_ones_refused()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire fresh = await gateway.ConnectAsync();
        Wire used = await gateway.ConnectAsync();
        await used.SendAsync(Gateway.Get("/-/health"));
        await Message.ReadResponseAsync(used);

        Assert.Equal(0, await gateway.Plane.StopAsync().Soon());

        Assert.Equal("", await fresh.ReadToEndAsync());
        Assert.Equal("", await used.ReadToEndAsync());
        await Assert.ThrowsAnyAsync<Exception>(() => gateway.ConnectAsync());
    }

    [Fact]
    public async Task Request_in_flight_is_finished_first()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat(stream: true));
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(ScriptedUpstream.Event));
        await Message.ReadHeadAsync(client);

        Task<int> stopping = gateway.Plane.StopAsync();
        Assert.True(gateway.Plane.IsDraining);
        Assert.False(stopping.IsCompleted);
        await wire.SendAsync(ScriptedUpstream.Chunk(ScriptedUpstream.Finish + ScriptedUpstream.Done) + ScriptedUpstream.LastChunk);

        Assert.EndsWith("[DONE]\n\n\r\n0\r\n\r\n", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await stopping.Soon());
    }

    [Fact]
    public async Task Request_whose_body_is_still_coming_is_served_and_its_connection_closed()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        string request = Gateway.Chat(lines: "Expect: 100-continue\r\n");
        int body = request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        await client.SendAsync(request[..body]);

        // The gateway waits for the body now: it has asked for it.
        Assert.Equal(100, (await Message.ReadResponseAsync(client)).Status);
        Task<int> stopping = gateway.Plane.StopAsync();
        await client.SendAsync(request[body..]);
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(ScriptedUpstream.Json("{}"));

        Assert.Equal(200, (await Message.ReadResponseAsync(client)).Status);
        Assert.Equal("", await client.ReadToEndAsync());
        Assert.Equal(0, await stopping.Soon());
    }

    [Fact]
    public async Task Connection_closes_behind_the_answer_even_if_the_answer_could_not_say_so()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat());
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        Task<int> stopping = gateway.Plane.StopAsync();
        await wire.SendAsync(ScriptedUpstream.Json("{}"));

        Assert.Equal(200, (await Message.ReadResponseAsync(client)).Status);
        Assert.Equal("", await client.ReadToEndAsync());
        Assert.Equal(0, await stopping.Soon());
    }

    [Fact]
    public async Task Answer_that_comes_over_tls_while_draining_is_not_lost()
    {
        using X509Certificate2 certificate = Certificates.SelfSigned();
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(
            Gateway.Settings(Gateway.Provider("up", upstream.EndPoint)), new ListenSettings(new IPEndPoint(IPAddress.Loopback, 0), certificate));
        using Wire client = await gateway.ConnectTlsAsync();
        await client.SendAsync(Gateway.Chat());
        (Wire wire, _) = await upstream.AcceptRequestAsync();

        Task<int> stopping = gateway.Plane.StopAsync();
        await wire.SendAsync(ScriptedUpstream.Json("{}"));

        Assert.Equal(200, (await Message.ReadResponseAsync(client)).Status);
        Assert.Equal("", await client.ReadToEndAsync());
        Assert.Equal(0, await stopping.Soon());
    }

    [Fact]
    public async Task Request_that_goes_out_over_tls_while_draining_is_not_lost()
    {
        using X509Certificate2 certificate = Certificates.SelfSigned();
        await using MockServer mock = new MockServer(new MockOptions { Certificate = certificate }).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock, provider => provider with
        {
            BaseUrl = new Uri($"https://{mock.BoundEndpoint}/v1"),
            Tls = new UpstreamTls(null, null, InsecureSkipVerify: true),
        });
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat("up/stall-stream", stream: true));
        await Message.ReadHeadAsync(client);
        await Message.ReadChunkAsync(client);
        string request = Gateway.Chat("up/ok", lines: "Expect: 100-continue\r\n");
        int body = request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        Wire second = await gateway.ConnectAsync();
        await second.SendAsync(request[..body]);
        Assert.Equal(100, (await Message.ReadResponseAsync(second)).Status);

        Task<int> stopping = gateway.Plane.StopAsync();
        await second.SendAsync(request[body..]);

        Assert.Equal(200, (await Message.ReadResponseAsync(second)).Status);
        client.Dispose();
        Assert.Equal(0, await stopping.Soon());
    }

    [Fact]
    public async Task What_is_left_after_the_drain_timeout_is_cut_and_counted()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(
            upstream, gateway: settings => settings with { Limits = new ServerLimits { DrainTimeout = TimeSpan.FromMilliseconds(50) } });
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat());
        (Wire wire, _) = await upstream.AcceptRequestAsync();

        Assert.Equal(1, await gateway.Plane.StopAsync().Soon());

        await client.ExpectEndAsync();
        await wire.ExpectEndAsync();
        Assert.Equal(0, gateway.Plane.OpenConnections);
    }
}
