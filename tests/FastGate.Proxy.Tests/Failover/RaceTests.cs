using System.Net;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Views;
using FastGate.Routing.Health;
using FastGate.Routing.Strategies;

namespace FastGate.Proxy.Tests.Failover;

/// <summary>Several targets are asked at once, and the first answer wins.</summary>
public sealed class RaceTests
{
    [Fact]
    public async Task First_whole_answer_wins_and_the_others_are_cancelled()
    {
        using var one = new ScriptedUpstream();
        using var two = new ScriptedUpstream();
        using var three = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(3, one.EndPoint, two.EndPoint, three.EndPoint);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        (Wire first, _) = await one.AcceptRequestAsync();
        (Wire second, _) = await two.AcceptRequestAsync();
        (Wire third, _) = await three.AcceptRequestAsync();

        // A head and half a body are no answer yet.
        string answer = ScriptedUpstream.Json(Reply.Success);
        await first.SendAsync(answer[..^10]);
        await third.SendAsync(answer);

        (await asked).IsFrom("three/m", 3, null);
        await first.ExpectEndAsync();
        await second.ExpectEndAsync();
        await AssertNobodyIsBlamedAsync(gateway);
    }

    [Fact]
    public async Task First_token_wins()
    {
        using var one = new ScriptedUpstream();
        using var two = new ScriptedUpstream();
        using var three = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(3, one.EndPoint, two.EndPoint, three.EndPoint);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(stream: true));
        (Wire first, _) = await one.AcceptRequestAsync();
        (Wire second, _) = await two.AcceptRequestAsync();
        (Wire third, _) = await three.AcceptRequestAsync();

        await first.SendAsync(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(ScriptedUpstream.Start));
        await second.SendAsync(Reply.Stream.Text);

        Message response = await asked;
        response.IsFrom("two/m", 3, null);
        Assert.Equal(ScriptedUpstream.Start + ScriptedUpstream.Event + ScriptedUpstream.Finish + ScriptedUpstream.Done, response.Text);
        await first.ExpectEndAsync();
        await third.ExpectEndAsync();
        await AssertNobodyIsBlamedAsync(gateway);
    }

    [Fact]
    public async Task No_more_are_started_than_configured()
    {
        using var one = new ScriptedUpstream();
        using var two = new ScriptedUpstream();
        using var three = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await StartAsync(2, one.EndPoint, two.EndPoint, three.EndPoint);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        await one.AcceptRequestAsync();
        (Wire second, _) = await two.AcceptRequestAsync();
        await second.SendAsync(Reply.Ok.Text);

        (await asked).IsFrom("two/m", 2, null);
        Assert.Empty(three.Seen);
    }

    [Fact]
    public async Task Failure_of_one_is_not_answered_while_others_run()
    {
        using var one = new RepliedUpstream(Reply.Error(400, "bad"));
        using var two = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(2, one.EndPoint, two.EndPoint);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        await one.NextAsync();
        (Wire second, _) = await two.AcceptRequestAsync();
        await Chains.EventuallyAsync(() => View(gateway, "one/m").InFlight == 0);
        await second.SendAsync(Reply.Ok.Text);

        (await asked).IsFrom("two/m", 2, null);
    }

    [Fact]
    public async Task When_all_racers_fail_the_chain_goes_on()
    {
        using var one = new RepliedUpstream(Reply.Error(503));
        using var two = new RepliedUpstream(Reply.Error(500));
        using var three = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await StartAsync(2, one.EndPoint, two.EndPoint, three.EndPoint);

        Message response = await gateway.AskAsync(Gateway.Chat());

        response.IsFrom("three/m", 3, "upstream_5xx");
    }

    [Fact]
    public async Task When_everything_fails_all_attempts_are_listed()
    {
        using var one = new RepliedUpstream(Reply.Error(503));
        using var two = new RepliedUpstream(Reply.Reset);
        await using Gateway gateway = await StartAsync(2, one.EndPoint, two.EndPoint);

        Message response = await gateway.AskAsync(Gateway.Chat());

        Assert.Equal("2", response["x-fastgate-attempts"]);
        Assert.True(response.Status is 502 or 503, response.StartLine);
        Assert.Equal(["one/m upstream_5xx 503", "two/m reset 0"], response.Attempts());
    }

    [Fact]
    public async Task Client_that_leaves_cancels_all()
    {
        using var one = new ScriptedUpstream();
        using var two = new ScriptedUpstream();
        using var three = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(3, one.EndPoint, two.EndPoint, three.EndPoint);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat());
        (Wire first, _) = await one.AcceptRequestAsync();
        (Wire second, _) = await two.AcceptRequestAsync();
        (Wire third, _) = await three.AcceptRequestAsync();
        await second.SendAsync("HTTP/1.1 200 OK\r\n");

        client.Reset();

        await first.ExpectEndAsync();
        await second.ExpectEndAsync();
        await third.ExpectEndAsync();
        await AssertNobodyIsBlamedAsync(gateway);
    }

    [Fact]
    public async Task Deadline_ends_all()
    {
        using var one = new ScriptedUpstream();
        using var two = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(2, one.EndPoint, two.EndPoint);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(lines: "x-fastgate-timeout-ms: 700\r\n"));
        (Wire first, _) = await one.AcceptRequestAsync();
        (Wire second, _) = await two.AcceptRequestAsync();

        Message response = await gateway.Time.AdvanceUntilAsync(asked, TimeSpan.FromMilliseconds(100));

        Assert.Equal((504, "2"), (response.Status, response["x-fastgate-attempts"]));
        await first.ExpectEndAsync();
        await second.ExpectEndAsync();
    }

    [Fact]
    public async Task Winner_that_breaks_after_its_first_token_is_continued()
    {
        using var one = new ScriptedUpstream();
        using var two = new ScriptedUpstream();
        using var three = new RepliedUpstream(Reply.Stream);
        await using Gateway gateway = await StartAsync(2, one.EndPoint, two.EndPoint, three.EndPoint);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(stream: true));
        (Wire first, _) = await one.AcceptRequestAsync();
        (Wire second, _) = await two.AcceptRequestAsync();
        await second.SendAsync(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(ScriptedUpstream.Event));
        await first.ExpectEndAsync();
        second.EndSending();

        Message response = await asked;

        response.IsFrom("two/m", 2, null);
        Assert.EndsWith(ScriptedUpstream.Done, response.Text, StringComparison.Ordinal);
        Assert.Single(three.Seen);
    }

    [Fact]
    public async Task Racing_connections_are_used_again_by_winners_and_closed_by_losers()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        using var two = new RepliedUpstream(Reply.Ok);
        using var three = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await StartAsync(3, one.EndPoint, two.EndPoint, three.EndPoint);
        Wire client = await gateway.ConnectAsync();
        for (int i = 0; i < 200; i++)
        {
            await client.SendAsync(Gateway.Chat());
            Message response = await Message.ReadResponseAsync(client);
            Assert.Equal((200, Reply.Success, "3"), (response.Status, response.Text, response["x-fastgate-attempts"]));
        }

        await AssertNobodyIsBlamedAsync(gateway);
    }

    private static Task<Gateway> StartAsync(int width, params IPEndPoint[] upstreams) =>
        Gateway.StartAsync(Chains.Over(upstreams).WithRoute(route => route with { Strategy = StrategyKind.Race, RaceWidth = width }));

    private static async Task AssertNobodyIsBlamedAsync(Gateway gateway)
    {
        await Chains.NothingInFlightAsync(gateway);
        Assert.All(new GatewayView(gateway.Plane).Targets, target => Assert.Equal((TargetState.Healthy, 0), (target.State, target.Incidents.Length)));
    }

    private static TargetView View(Gateway gateway, string target) => new GatewayView(gateway.Plane).Targets.Single(view => view.Name == target);
}
