using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Views;
using FastGate.Routing.Health;

namespace FastGate.Proxy.Tests.Failover;

/// <summary>A stream that is slow to begin gets company, and the first token wins.</summary>
public sealed class HedgeTests
{
    private static readonly TimeSpan HedgeAfter = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Silent_target_is_hedged_and_the_first_token_wins()
    {
        using var one = new ScriptedUpstream();
        using var two = new RepliedUpstream(Reply.Stream);
        await using Gateway gateway = await StartAsync(one, two.EndPoint);
        long start = gateway.Time.GetTimestamp();
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(stream: true));
        (Wire slow, _) = await one.AcceptRequestAsync();

        Message response = await gateway.Time.AdvanceUntilAsync(asked, Step);

        response.IsFrom("two/m", 2, null);
        Assert.EndsWith(ScriptedUpstream.Done, response.Text, StringComparison.Ordinal);
        Assert.True(gateway.Time.GetTimestamp() - start >= HedgeAfter.Ticks);

        // The loser is cancelled, and nothing is held against it.
        await slow.ExpectEndAsync();
        await Chains.NothingInFlightAsync(gateway);
        Assert.Equal(TargetState.Healthy, View(gateway, "one/m").State);
    }

    [Fact]
    public async Task Hedge_does_not_fire_once_there_is_a_token()
    {
        using var one = new ScriptedUpstream();
        using var two = new RepliedUpstream(Reply.Stream);
        await using Gateway gateway = await StartAsync(one, two.EndPoint);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat(stream: true));
        (Wire wire, _) = await one.AcceptRequestAsync();
        await wire.SendAsync(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(ScriptedUpstream.Event));
        Message head = await Message.ReadHeadAsync(client);

        gateway.Time.Advance(HedgeAfter * 3);

        await wire.SendAsync(ScriptedUpstream.Chunk(ScriptedUpstream.Finish + ScriptedUpstream.Done) + ScriptedUpstream.LastChunk);
        head.IsFrom("one/m", 1, null);
        while (await Message.ReadChunkAsync(client) is { Length: > 0 })
        {
        }

        Assert.Empty(two.Seen);
    }

    [Fact]
    public async Task Requests_that_follow_on_the_connection_have_hedges_of_their_own()
    {
        using var one = new ScriptedUpstream();
        using var two = new RepliedUpstream(Reply.Stream);
        await using Gateway gateway = await StartAsync(one, two.EndPoint);
        Wire client = await gateway.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync(Gateway.Chat(stream: true));
            (Wire slow, _) = await one.AcceptRequestAsync();

            Message response = await gateway.Time.AdvanceUntilAsync(Message.ReadResponseAsync(client), Step);

            response.IsFrom("two/m", 2, null);
            await slow.ExpectEndAsync();
        }
    }

    [Fact]
    public async Task Request_without_a_hedge_that_follows_on_the_connection_is_answered()
    {
        using var one = new ScriptedUpstream();
        using var two = new RepliedUpstream(Reply.Stream);
        await using Gateway gateway = await StartAsync(one, two.EndPoint);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat(stream: true));
        (Wire slow, _) = await one.AcceptRequestAsync();
        (await gateway.Time.AdvanceUntilAsync(Message.ReadResponseAsync(client), Step)).IsFrom("two/m", 2, null);
        await slow.ExpectEndAsync();

        await client.SendAsync(Gateway.Chat());
        (Wire next, _) = await one.AcceptRequestAsync();
        await next.SendAsync(Reply.Ok.Text);

        (await Message.ReadResponseAsync(client)).IsFrom("one/m", 1, null);
    }

    [Fact]
    public async Task Slow_target_wins_if_its_token_comes_first_after_all()
    {
        using var one = new ScriptedUpstream();
        using var two = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(one, two.EndPoint);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(stream: true));
        (Wire first, _) = await one.AcceptRequestAsync();
        (Wire second, _) = await gateway.Time.AdvanceUntilAsync(two.AcceptRequestAsync(), Step);

        // What was held of the loser does not get to the client.
        await second.SendAsync(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(ScriptedUpstream.Start.Replace("assistant", "loser", StringComparison.Ordinal)));
        await first.SendAsync(Reply.Stream.Text);

        Message response = await asked;
        response.IsFrom("one/m", 2, null);
        Assert.Equal(ScriptedUpstream.Start + ScriptedUpstream.Event + ScriptedUpstream.Finish + ScriptedUpstream.Done, response.Text);
        await second.ExpectEndAsync();
    }

    [Fact]
    public async Task Held_events_of_both_are_not_mixed()
    {
        using var one = new ScriptedUpstream();
        using var two = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(one, two.EndPoint);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(stream: true));
        (Wire first, _) = await one.AcceptRequestAsync();
        (Wire second, _) = await gateway.Time.AdvanceUntilAsync(two.AcceptRequestAsync(), Step);
        string start(string of) => ScriptedUpstream.Start.Replace("\"c\"", $"\"{of}\"", StringComparison.Ordinal);

        await first.SendAsync(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(start("first")));
        await second.SendAsync(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(start("second")));
        await first.SendAsync(ScriptedUpstream.Chunk(start("first")));
        await second.SendAsync(ScriptedUpstream.Chunk(ScriptedUpstream.Event + ScriptedUpstream.Finish + ScriptedUpstream.Done) + ScriptedUpstream.LastChunk);

        Message response = await asked;
        response.IsFrom("two/m", 2, null);
        Assert.Equal(start("second") + ScriptedUpstream.Event + ScriptedUpstream.Finish + ScriptedUpstream.Done, response.Text);
        await first.ExpectEndAsync();
    }

    [Fact]
    public async Task Failure_of_the_slow_target_leaves_the_answer_to_the_hedge()
    {
        using var one = new ScriptedUpstream();
        using var two = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(one, two.EndPoint);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(stream: true));
        (Wire first, _) = await one.AcceptRequestAsync();
        (Wire second, _) = await gateway.Time.AdvanceUntilAsync(two.AcceptRequestAsync(), Step);

        // Even what would end the request at once if it were alone.
        await first.SendAsync(Reply.Error(400, "bad").Text);
        await Chains.EventuallyAsync(() => View(gateway, "one/m").InFlight == 0);
        await second.SendAsync(Reply.Stream.Text);

        (await asked).IsFrom("two/m", 2, null);
    }

    [Fact]
    public async Task When_both_fail_the_chain_goes_on()
    {
        using var one = new ScriptedUpstream();
        using var two = new ScriptedUpstream();
        using var three = new RepliedUpstream(Reply.Stream);
        await using Gateway gateway = await StartAsync(one, two.EndPoint, three.EndPoint);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(stream: true));
        (Wire first, _) = await one.AcceptRequestAsync();
        (Wire second, _) = await gateway.Time.AdvanceUntilAsync(two.AcceptRequestAsync(), Step);

        await second.SendAsync(Reply.Error(503).Text);
        await Chains.EventuallyAsync(() => View(gateway, "two/m").InFlight == 0);
        first.Reset();

        (await asked).IsFrom("three/m", 3, "reset");
    }

    [Fact]
    public async Task When_all_fail_the_first_failure_speaks_and_every_attempt_is_listed()
    {
        using var one = new ScriptedUpstream();
        using var two = new RepliedUpstream(Reply.Error(503, "second"));
        await using Gateway gateway = await StartAsync(one, two.EndPoint);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(stream: true));
        (Wire first, _) = await one.AcceptRequestAsync();
        await gateway.Time.AdvanceUntilAsync(two.NextAsync(), Step);
        await Chains.EventuallyAsync(() => View(gateway, "two/m").InFlight == 0);
        await first.SendAsync(Reply.Error(500, "first").Text);

        Message response = await asked;

        Assert.Equal((503, "2"), (response.Status, response["x-fastgate-attempts"]));
        Assert.Equal(["one/m upstream_5xx 500", "two/m upstream_5xx 503"], response.Attempts());
    }

    [Fact]
    public async Task Client_that_leaves_cancels_every_attempt()
    {
        using var one = new ScriptedUpstream();
        using var two = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(one, two.EndPoint);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat(stream: true));
        (Wire first, _) = await one.AcceptRequestAsync();
        (Wire second, _) = await gateway.Time.AdvanceUntilAsync(two.AcceptRequestAsync(), Step);

        client.Reset();

        await first.ExpectEndAsync();
        await second.ExpectEndAsync();
        await Chains.EventuallyAsync(() => new GatewayView(gateway.Plane).Requests.Any(request => request.Status == 499));
        await Chains.NothingInFlightAsync(gateway);
        Assert.All(new GatewayView(gateway.Plane).Targets, target => Assert.Equal(TargetState.Healthy, target.State));
    }

    [Fact]
    public async Task Only_one_hedge_is_under_way_at_a_time()
    {
        using var one = new ScriptedUpstream();
        using var two = new ScriptedUpstream();
        using var three = new RepliedUpstream(Reply.Stream);
        await using Gateway gateway = await StartAsync(one, two.EndPoint, three.EndPoint);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(stream: true));
        (Wire first, _) = await one.AcceptRequestAsync();
        (Wire second, _) = await gateway.Time.AdvanceUntilAsync(two.AcceptRequestAsync(), Step);

        gateway.Time.Advance(HedgeAfter * 3);
        Assert.Empty(three.Seen);

        // When one of the two has failed the wait begins anew.
        first.Reset();
        (await gateway.Time.AdvanceUntilAsync(asked, Step)).IsFrom("three/m", 3, null);
        await second.ExpectEndAsync();
    }

    [Fact]
    public async Task Answer_that_is_not_streamed_is_not_hedged()
    {
        using var one = new ScriptedUpstream();
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await StartAsync(one, two.EndPoint);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        (Wire wire, _) = await one.AcceptRequestAsync();

        gateway.Time.Advance(HedgeAfter * 3);

        await wire.SendAsync(Reply.Ok.Text);
        (await asked).IsFrom("one/m", 1, null);
        Assert.Empty(two.Seen);
    }

    [Fact]
    public async Task Hedge_is_taken_out_of_the_retry_budget()
    {
        using var one = new ScriptedUpstream();
        using var two = new RepliedUpstream(Reply.Stream);
        await using Gateway gateway = await Gateway.StartAsync(Settings(one, two.EndPoint) with { RetryShare = 0, RetriesPerSecond = 0 });
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(stream: true));
        (Wire wire, _) = await one.AcceptRequestAsync();

        gateway.Time.Advance(HedgeAfter * 3);
        await Chains.EventuallyAsync(() => gateway.Plane.Routing.Budget.Refused > 0);

        await wire.SendAsync(Reply.Stream.Text);
        (await asked).IsFrom("one/m", 1, null);
        Assert.Empty(two.Seen);
    }

    [Fact]
    public async Task Hedged_streams_are_never_mixed_up_whatever_comes_when()
    {
        using var one = new RepliedUpstream(Reply.Stream);
        using var two = new RepliedUpstream(Reply.Stream);
        var day = TimeSpan.FromDays(1);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithRoute(route => route with { HedgeAfter = TimeSpan.FromMilliseconds(10), Deadline = TimeSpan.FromDays(1000) }) with
        {
            Limits = new ServerLimits { IdleTimeout = day, HeadTimeout = day, BodyTimeout = day },
        });
        using var stop = new CancellationTokenSource();
        var ticking = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                gateway.Time.Advance(TimeSpan.FromMilliseconds(20));
                await Task.Yield();
            }
        });

        List<Wire> clients = [];
        while (clients.Count < 8)
        {
            clients.Add(await gateway.ConnectAsync());
        }

        try
        {
            await Task.WhenAll(clients.Select(client => Task.Run(async () =>
            {
                for (int i = 0; i < 100; i++)
                {
                    await client.SendAsync(Gateway.Chat(stream: true));
                    Message response = await Message.ReadResponseAsync(client);
                    Assert.Equal(200, response.Status);
                    Assert.Equal(ScriptedUpstream.Start + ScriptedUpstream.Event + ScriptedUpstream.Finish + ScriptedUpstream.Done, response.Text);
                }
            })));
        }
        finally
        {
            await stop.CancelAsync();
            await ticking;
        }

        await Chains.NothingInFlightAsync(gateway);
    }

    private static GatewaySettings Settings(ScriptedUpstream one, params System.Net.IPEndPoint[] others) =>
        Chains.Over([one.EndPoint, .. others]).WithRoute(route => route with { HedgeAfter = HedgeAfter });

    private static Task<Gateway> StartAsync(ScriptedUpstream one, params System.Net.IPEndPoint[] others) => Gateway.StartAsync(Settings(one, others));

    private static TargetView View(Gateway gateway, string target) => new GatewayView(gateway.Plane).Targets.Single(view => view.Name == target);
}
