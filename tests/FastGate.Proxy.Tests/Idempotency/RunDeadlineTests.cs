using FastGate.Proxy.Idempotency;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Idempotency;

/// <summary>
/// The deadline of a request with a key ends its client's wait, not the call: a provider that is at work is paid for, and what it says is
/// there when the client asks again.
/// </summary>
public class RunDeadlineTests
{
    private const string Key = "idempotency-key: 6f1c\r\n";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Run_goes_on_behind_the_deadline_of_its_client(bool stream, bool byHeader)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, gateway: settings => settings.WithRoute(route => route with { Deadline = byHeader ? TimeSpan.FromHours(1) : Deadline }));
        Task<Message> first = gateway.AskAsync(Gateway.Chat(stream: stream, lines: Key + (byHeader ? "x-fastgate-timeout-ms: 5000\r\n" : "")));
        (Wire provider, _) = await upstream.AcceptRequestAsync();
        gateway.Time.Advance(Deadline - TimeSpan.FromMilliseconds(100));
        Assert.False(first.IsCompleted);
        gateway.Time.Advance(TimeSpan.FromMilliseconds(200));
        Message late = await first.Soon();
        Assert.Contains("still runs", late.IsError(504, "upstream_timeout").GetProperty("message").GetString()!, StringComparison.Ordinal);
        Assert.Equal("close", late["connection"]);
        Assert.Null(late["x-fastgate-idempotency"]);

        // The first one's work ends behind the last octet of its answer; whoever waits from then on is the second.
        await Chains.EventuallyAsync(() => gateway.Plane.WaitingRequests == 0);
        Task<Message> second = gateway.AskAsync(Gateway.Chat(stream: stream, lines: Key));
        await Chains.EventuallyAsync(() => gateway.Plane.WaitingRequests == 1);
        await provider.SendAsync(stream
            ? ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(ScriptedUpstream.Event + ScriptedUpstream.Finish + ScriptedUpstream.Done) + ScriptedUpstream.LastChunk
            : ScriptedUpstream.Json(Reply.Success));
        Message joined = await second;
        joined.IsFrom("up/m", 1, null);
        Assert.Equal("joined", joined["x-fastgate-idempotency"]);
        Message replayed = await gateway.AskAsync(Gateway.Chat(stream: stream, lines: Key));
        Assert.Equal("replayed", replayed["x-fastgate-idempotency"]);
        Assert.Equal(joined.Text, replayed.Text);
        Assert.Equal(1, upstream.Connections);

        // Whoever was answered is counted once, behind the last octet of its answer, and its connection ends with the run.
        await Chains.EventuallyAsync(() => gateway.Plane is { OpenConnections: 2, Detached: 0 });
        await Chains.EventuallyAsync(() => gateway.Plane.Metrics.Requests.Of("chat").Statuses.Read().Sum(status => status.Value) >= 3);
        Assert.Equal([new(200, 2), new(504, 1)], gateway.Plane.Metrics.Requests.Of("chat").Statuses.Read());
    }

    [Fact]
    public async Task Attempt_begun_at_the_last_moment_is_not_in_vain()
    {
        using var one = new ScriptedUpstream();
        using var two = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one.EndPoint, two.EndPoint)
            .WithProvider(0, provider => provider with { Timeouts = Gateway.Patient with { FirstByte = Deadline - TimeSpan.FromMilliseconds(100) } })
            .WithRoute(route => route with { Deadline = Deadline }));
        Task<Message> first = gateway.AskAsync(Gateway.Chat(lines: Key));
        (Wire silent, _) = await one.AcceptRequestAsync();
        gateway.Time.Advance(Deadline - TimeSpan.FromMilliseconds(90));
        await silent.ExpectEndAsync();
        (Wire provider, _) = await two.AcceptRequestAsync();
        gateway.Time.Advance(TimeSpan.FromMilliseconds(100));
        (await first.Soon()).IsError(504, "upstream_timeout");

        // The client asks again in the very moment in which the provider answers.
        await provider.SendAsync(ScriptedUpstream.Json(Reply.Success));
        Message second = await gateway.AskAsync(Gateway.Chat(lines: Key));
        second.IsFrom("two/m", 2, "timeout");
        Assert.Equal(2, one.Connections + two.Connections);
    }

    [Fact]
    public async Task Run_that_fails_behind_the_deadline_ends_for_those_who_joined()
    {
        using var one = new ScriptedUpstream();
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one.EndPoint, two.EndPoint).WithRoute(route => route with { Deadline = Deadline }));
        Task<Message> first = gateway.AskAsync(Gateway.Chat(lines: Key));
        (Wire provider, _) = await one.AcceptRequestAsync();
        gateway.Time.Advance(Deadline + TimeSpan.FromMilliseconds(100));
        (await first.Soon()).IsError(504, "upstream_timeout");
        await Chains.EventuallyAsync(() => gateway.Plane.WaitingRequests == 0);
        Task<Message> second = gateway.AskAsync(Gateway.Chat(lines: Key));
        await Chains.EventuallyAsync(() => gateway.Plane.WaitingRequests == 1);

        // No other target is asked behind the deadline; the next request with the key begins anew.
        provider.Reset();
        Assert.Equal(502, (await second).Status);
        Assert.Empty(two.Seen);
        await Chains.EventuallyAsync(() => gateway.Plane.Detached == 0);
        Task<Message> third = gateway.AskAsync(Gateway.Chat(lines: Key));
        (provider, _) = await one.AcceptRequestAsync();
        await provider.SendAsync(ScriptedUpstream.Json(Reply.Success));
        Assert.Equal("stored", (await third)["x-fastgate-idempotency"]);
    }

    [Fact]
    public async Task Last_resort_serves_a_client_whose_run_goes_on()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, gateway: settings => settings.WithRoute(route => route with { Deadline = Deadline }) with
        {
            DirectAnswers = new AnswerPolicy { IdempotencyTtl = TimeSpan.FromMinutes(1), Manual = new ManualAnswer(200, "Please try again.") },
        });
        Task<Message> first = gateway.AskAsync(Gateway.Chat(lines: Key));
        (Wire provider, _) = await upstream.AcceptRequestAsync();
        gateway.Time.Advance(Deadline + TimeSpan.FromMilliseconds(100));
        Message manual = await first.Soon();
        Assert.Equal(200, manual.Status);
        Assert.Contains("Please try again.", manual.Text, StringComparison.Ordinal);
        Assert.Null(manual["x-fastgate-idempotency"]);
        await provider.SendAsync(ScriptedUpstream.Json(Reply.Success));
        Assert.Equal(Reply.Success, (await gateway.AskAsync(Gateway.Chat(lines: Key))).Text);
        Assert.Equal(1, upstream.Connections);
    }

    [Fact]
    public async Task Run_ends_with_its_client_where_no_more_may_go_on()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, gateway: settings => settings.WithRoute(route => route with { Deadline = Deadline }));
        Task<Message> first = gateway.AskAsync(Gateway.Chat(lines: Key));
        (Wire provider, _) = await upstream.AcceptRequestAsync();
        ((MemoryIdempotencyStore)gateway.Plane.Idempotency).Limits = IdempotencyLimits.Default with { Entries = 0 };
        gateway.Time.Advance(Deadline + TimeSpan.FromMilliseconds(100));
        (await first.Soon()).IsError(504, "upstream_timeout");
        await provider.ExpectEndAsync();
        await Chains.EventuallyAsync(() => gateway.Plane is { OpenConnections: 0, Detached: 0 });
    }
}
