using FastGate.Routing.Planning;
using FastGate.Routing.Retry;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using FastGate.Proxy.Model;
using FastGate.Proxy.Server;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Upstream;

namespace FastGate.Proxy.Tests.Server;

public sealed class ApplyTests
{
    [Fact]
    public async Task New_configuration_holds_for_the_next_request_of_an_open_connection()
    {
        using var upstream = new ScriptedUpstream();
        ProviderSettings provider = Gateway.Provider("up", upstream.EndPoint);
        await using Gateway gateway = await Gateway.StartAsync(Gateway.Settings(provider));
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat("new-route"));
        (await Message.ReadResponseAsync(client)).IsError(404, "model_not_found", "model");

        gateway.Plane.Apply(Gateway.Settings(provider) with { Routes = [new RouteDefinition("new-route", [new MemberDefinition("up/other")]) { Deadline = TimeSpan.FromDays(1), Retry = new RetrySettings { Attempts = 0 } }] });

        await client.SendAsync(Gateway.Chat("new-route"));
        (Wire wire, Message request) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(ScriptedUpstream.Json("{}"));
        Assert.Equal(200, (await Message.ReadResponseAsync(client)).Status);
        Assert.Contains("\"model\":\"other\"", request.Text, StringComparison.Ordinal);
        await client.SendAsync(Gateway.Chat());
        (await Message.ReadResponseAsync(client)).IsError(404, "model_not_found", "model");
    }

    [Fact]
    public async Task Request_in_flight_keeps_the_configuration_it_began_with()
    {
        using var before = new ScriptedUpstream();
        using var after = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(before);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        (Wire wire, _) = await before.AcceptRequestAsync();

        gateway.Plane.Apply(Gateway.Settings(Gateway.Provider("up", after.EndPoint)));

        await wire.SendAsync(ScriptedUpstream.Json("{\"from\":\"before\"}"));
        Assert.Equal("{\"from\":\"before\"}", (await asked).Text);

        // The provider is reached elsewhere now: its old connection is closed when it comes back.
        await wire.ExpectEndAsync();
        Task<Message> again = gateway.AskAsync(Gateway.Chat());
        (Wire other, _) = await after.AcceptRequestAsync();
        await other.SendAsync(ScriptedUpstream.Json("{\"from\":\"after\"}"));
        Assert.Equal("{\"from\":\"after\"}", (await again).Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Idle_connections_are_kept_exactly_where_the_provider_is_reached_as_before(bool same)
    {
        using var upstream = new ScriptedUpstream();
        ProviderSettings provider = Gateway.Provider("up", upstream.EndPoint);
        await using Gateway gateway = await Gateway.StartAsync(Gateway.Settings(provider));
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(ScriptedUpstream.Json("{}"));
        await asked;

        gateway.Plane.Apply(Gateway.Settings(same
            ? provider with { Keys = [new ProviderKeySettings("another-key", 1)], Timeouts = UpstreamTimeouts.Default }
            : provider with { Pool = PoolLimits.Default with { MaxConnections = 7 } }));

        if (same)
        {
            Task<Message> again = gateway.AskAsync(Gateway.Chat());
            Assert.Equal("Bearer another-key", (await Message.ReadRequestAsync(wire))!["authorization"]);
            await wire.SendAsync(ScriptedUpstream.Json("{}"));
            await again;
        }
        else
        {
            await wire.ExpectEndAsync();
        }
    }

    [Fact]
    public async Task Address_in_use_is_one_clear_line()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        await using var second = new DataPlane(Gateway.Settings(Gateway.Provider("up", upstream.EndPoint)) with { Transport = TestTransport.Settings }, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, new ManualTime());

        IOException error = await Assert.ThrowsAsync<IOException>(() => second.ListenAsync([new ListenSettings(gateway.Plane.Addresses[0])]));

        Assert.StartsWith($"{gateway.Plane.Addresses[0]} is already in use", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listener_with_a_certificate_speaks_tls()
    {
        using X509Certificate2 certificate = Certificates.SelfSigned();
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(
            Gateway.Settings(Gateway.Provider("up", upstream.EndPoint)), new ListenSettings(new IPEndPoint(IPAddress.Loopback, 0), certificate));
        using Wire client = await gateway.ConnectTlsAsync();

        await client.SendAsync(Gateway.Chat(stream: true));
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(ScriptedUpstream.Event + ScriptedUpstream.Finish + ScriptedUpstream.Done) + ScriptedUpstream.LastChunk);
        Assert.EndsWith(ScriptedUpstream.Done, (await Message.ReadResponseAsync(client)).Text, StringComparison.Ordinal);

        await client.SendAsync("GET / HTTP/1.1\nHost: a\n\n");
        (await Message.ReadResponseAsync(client)).IsError(400, "invalid_request");
        await gateway.Time.AdvanceUntilAsync(client.ReadToEndAsync(), TimeSpan.FromSeconds(1));
    }
}
