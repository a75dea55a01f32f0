using FastGate.MockProvider;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Upstream;

namespace FastGate.Proxy.Tests.Upstream;

/// <summary>When a provider's connection is used again, and when not.</summary>
public sealed class ConnectionReuseTests
{
    [Fact]
    public async Task Requests_one_after_another_share_a_connection()
    {
        await using MockServer mock = new MockServer(new MockOptions()).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock);

        // From one client: it is the end of a request's turn that the provider's connection is free by, and another client may have read
        // all of a stream before.
        Wire client = await gateway.ConnectAsync();
        for (int i = 0; i < 10; i++)
        {
            await client.SendAsync(Gateway.Chat("up/ok", stream: i % 2 == 0));
            Assert.Equal(200, (await Message.ReadResponseAsync(client)).Status);
        }

        Assert.Equal(1, mock.ConnectionsAccepted);
    }

    [Theory]
    [InlineData("connection: close\r\n")]
    [InlineData("Connection: x, Close\r\n")]
    public async Task Connection_the_provider_ends_is_not_used_again(string lines)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        await ServeAsync(gateway, upstream, ScriptedUpstream.Json("{}", lines: lines));
        await ServeAsync(gateway, upstream, ScriptedUpstream.Json("{}"));

        Assert.Equal(2, upstream.Connections);
    }

    [Fact]
    public async Task Connection_with_octets_behind_the_answer_is_not_used_again()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        await ServeAsync(gateway, upstream, ScriptedUpstream.Json("{}") + "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nowned");
        await ServeAsync(gateway, upstream, ScriptedUpstream.Json("{}"));

        Assert.Equal(2, upstream.Connections);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Request_on_a_stale_connection_is_sent_once_more_and_served_once(bool reset)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire first = await ServeAsync(gateway, upstream, ScriptedUpstream.Json("{}"));

        // The provider closes just as the next request comes, without having answered it.
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        await Message.ReadRequestAsync(first);
        if (reset)
        {
            first.Reset();
        }
        else
        {
            first.Dispose();
        }

        (Wire second, Message request) = await upstream.AcceptRequestAsync();
        await second.SendAsync(ScriptedUpstream.Json("{\"served\":1}"));
        Message response = await asked;

        Assert.Equal("{\"served\":1}", response.Text);
        Assert.Equal("{\"model\":\"m\",\"stream\":false,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}", request.Text);
        Assert.Equal("1", response["x-fastgate-attempts"]);
        Assert.Equal(2, upstream.Connections);
    }

    [Fact]
    public async Task Request_whose_answer_has_begun_is_not_sent_again()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire first = await ServeAsync(gateway, upstream, ScriptedUpstream.Json("{}"));
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        await Message.ReadRequestAsync(first);
        await first.SendAsync("HTTP/1.1 200 OK\r\ncontent-le");
        first.Dispose();

        (await asked).IsError(502, "upstream_error");
        Assert.Equal(1, upstream.Connections);
    }

    [Fact]
    public async Task Fresh_connection_that_breaks_is_not_tried_again()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        wire.Dispose();

        (await asked).IsError(502, "upstream_error");
        Assert.Equal(1, upstream.Connections);
    }

    [Fact]
    public async Task Second_stale_connection_is_the_end_of_it()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire first = await ServeAsync(gateway, upstream, ScriptedUpstream.Json("{}"));
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        await Message.ReadRequestAsync(first);
        first.Dispose();
        (Wire second, _) = await upstream.AcceptRequestAsync();
        second.Dispose();

        (await asked).IsError(502, "upstream_error");
        Assert.Equal(2, upstream.Connections);
    }

    [Fact]
    public async Task Connection_idle_for_too_long_is_closed()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, provider => provider with { Pool = PoolLimits.Default with { Idle = TimeSpan.FromSeconds(60) } });
        Wire first = await ServeAsync(gateway, upstream, ScriptedUpstream.Json("{}"));
        gateway.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(1, gateway.Plane.Snapshot.Providers[0].Pool.Count);
        gateway.Time.Advance(TimeSpan.FromSeconds(2));

        await first.ExpectEndAsync();
        Assert.Equal(0, gateway.Plane.Snapshot.Providers[0].Pool.Count);
    }

    [Fact]
    public async Task Connection_in_use_outlives_its_lifetime_but_is_not_used_again()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, provider => provider with { Pool = PoolLimits.Default with { Lifetime = TimeSpan.FromMinutes(5) } });
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        gateway.Time.Advance(TimeSpan.FromMinutes(6));
        await wire.SendAsync(ScriptedUpstream.Json("{}"));

        Assert.Equal(200, (await asked).Status);
        await wire.ExpectEndAsync();
    }

    [Fact]
    public async Task Connection_closed_while_idle_is_swept_out()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire first = await ServeAsync(gateway, upstream, ScriptedUpstream.Json("{}"));
        first.EndSending();

        // The gateway's end of it closes once a sweep has seen the FIN.
        await gateway.Time.AdvanceUntilAsync(Ended(first), TimeSpan.FromSeconds(1));
        Assert.Equal(0, gateway.Plane.Snapshot.Providers[0].Pool.Count);

        static async Task<bool> Ended(Wire wire)
        {
            await wire.ExpectEndAsync();
            return true;
        }
    }

    /// <summary>One request on whatever connection the gateway takes; gives that connection.</summary>
    private static async Task<Wire> ServeAsync(Gateway gateway, ScriptedUpstream upstream, string answer)
    {
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(answer);
        Assert.Equal(200, (await asked).Status);
        return wire;
    }
}
