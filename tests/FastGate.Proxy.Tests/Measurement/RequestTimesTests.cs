using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Views;

namespace FastGate.Proxy.Tests.Measurement;

/// <summary>What is measured of requests through sockets; the clock stands still but for the waits a test makes.</summary>
public sealed class RequestTimesTests
{
    private const string Usage = "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5,\"total_tokens\":12}";
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Wait_for_an_answer_is_the_upstreams_and_not_the_gateways()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(upstream.EndPoint));
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await Chains.EventuallyAsync(() => gateway.Plane.WaitingRequests == 1);
        gateway.Time.Advance(Wait);
        await wire.SendAsync(ScriptedUpstream.Json("{\"choices\":[]," + Usage + "}"));
        Assert.Equal(200, (await asked).Status);

        (HistogramView requests, HistogramView ownWork) = await TimesAsync(gateway);
        Assert.Equal((1, 3.0), (requests.Count, requests.SumSeconds));
        Assert.Equal((1, 0.0), (ownWork.Count, ownWork.SumSeconds));
        TargetMetersView target = Target(gateway);
        Assert.Equal((1, 3.0), (target.Attempts.Count, target.Attempts.SumSeconds));
        Assert.Equal(0, target.FirstTokens.Count);
        Assert.Equal((7, 5), (target.PromptTokens, target.CompletionTokens));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Usage_is_found_in_a_body_of_unknown_length_however_large(bool large)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(upstream.EndPoint));
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        string padding = large ? new string('x', 200_000) : "x";
        string body = $"{{\"choices\":[{{\"message\":{{\"content\":\"{padding}\"}}}}],{Usage}}}";
        string chunks = ScriptedUpstream.Chunk(body[..^30]) + ScriptedUpstream.Chunk(body[^30..]) + ScriptedUpstream.LastChunk;
        await wire.SendAsync("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n" + chunks);
        Assert.Equal(200, (await asked).Status);

        await TimesAsync(gateway);
        Assert.Equal((7, 5), (Target(gateway).PromptTokens, Target(gateway).CompletionTokens));
    }

    [Fact]
    public async Task Wait_for_a_clients_body_is_the_clients()
    {
        using var upstream = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(upstream));
        using Wire client = await gateway.ConnectAsync();
        string request = Gateway.Chat();
        await client.SendAsync(request[..^10]);
        await Chains.EventuallyAsync(() => gateway.Plane.WaitingRequests == 1);
        gateway.Time.Advance(Wait);
        await client.SendAsync(request[^10..]);
        Assert.Equal(200, (await Message.ReadResponseAsync(client)).Status);

        (HistogramView requests, HistogramView ownWork) = await TimesAsync(gateway);
        Assert.Equal((3.0, 0.0), (requests.SumSeconds, ownWork.SumSeconds));
    }

    [Fact]
    public async Task Wait_for_the_answer_to_an_earlier_request_is_not_the_gateways()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(upstream.EndPoint));
        string request = Gateway.Chat(lines: "idempotency-key: a\r\n");
        Task<Message> first = gateway.AskAsync(request);
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        Task<Message> joined = gateway.AskAsync(request);
        await Chains.EventuallyAsync(() => gateway.Plane.WaitingRequests == 2);
        gateway.Time.Advance(Wait);
        await wire.SendAsync(ScriptedUpstream.Json(Reply.Success));
        Assert.Equal("stored", (await first)["x-fastgate-idempotency"]);
        Assert.Equal("joined", (await joined)["x-fastgate-idempotency"]);

        await Chains.EventuallyAsync(() => new GatewayView(gateway.Plane).RequestTimes.Any(times => times.Requests.Count == 2));
        (HistogramView requests, HistogramView ownWork) = await TimesAsync(gateway);
        Assert.Equal((6.0, 0.0), (requests.SumSeconds, ownWork.SumSeconds));
    }

    [Fact]
    public async Task Stream_tells_its_first_token_and_its_usage()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(upstream.EndPoint));
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(stream: true));
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(ScriptedUpstream.Start));
        gateway.Time.Advance(Wait);
        await wire.SendAsync(ScriptedUpstream.Chunk(ScriptedUpstream.Event));
        await Chains.EventuallyAsync(() => Target(gateway).FirstTokens.Count == 1);
        gateway.Time.Advance(Wait);
        string usage = "data: {\"id\":\"c\",\"choices\":[]," + Usage + "}\n\n";
        await wire.SendAsync(ScriptedUpstream.Chunk(ScriptedUpstream.Finish + usage + ScriptedUpstream.Done) + ScriptedUpstream.LastChunk);
        Assert.Equal(200, (await asked).Status);

        (HistogramView requests, _) = await TimesAsync(gateway);
        Assert.Equal(6.0, requests.SumSeconds);
        TargetMetersView target = Target(gateway);
        Assert.Equal((1, 3.0), (target.FirstTokens.Count, target.FirstTokens.SumSeconds));
        Assert.Equal((1, 6.0), (target.Attempts.Count, target.Attempts.SumSeconds));
        Assert.Equal((7, 5), (target.PromptTokens, target.CompletionTokens));
    }

    [Fact]
    public async Task Failed_attempt_has_a_duration_too()
    {
        using var one = new RepliedUpstream(Reply.Error(500));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));
        Assert.Equal(200, (await gateway.AskAsync(Gateway.Chat())).Status);

        await TimesAsync(gateway);
        Assert.All(new GatewayView(gateway.Plane).Targets, target => Assert.Equal(1, target.Meters.Attempts.Count));
    }

    private static async Task<(HistogramView Requests, HistogramView OwnWork)> TimesAsync(Gateway gateway)
    {
        // They are noted once the last octet is on its way, so a client may look sooner.
        var view = new GatewayView(gateway.Plane);
        await Chains.EventuallyAsync(() => view.RequestTimes.Any(times => times.Route == "chat"));
        (_, HistogramView requests, HistogramView ownWork) = view.RequestTimes.Single(times => times.Route == "chat");
        return (requests, ownWork);
    }

    private static TargetMetersView Target(Gateway gateway) => Assert.Single(new GatewayView(gateway.Plane).Targets).Meters;
}
