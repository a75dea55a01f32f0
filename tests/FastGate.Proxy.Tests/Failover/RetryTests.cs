using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Views;
using FastGate.Routing.Health;

namespace FastGate.Proxy.Tests.Failover;

/// <summary>Tries on the same target are spaced, bounded, and end with the client.</summary>
public sealed class RetryTests
{
    [Fact]
    public async Task Retry_comes_no_sooner_than_its_backoff()
    {
        TimeSpan first = default;
        Gateway? running = null;
        int calls = 0;
        TimeSpan second = default;
        using var one = new RepliedUpstream(_ =>
        {
            var now = new TimeSpan(running!.Time.GetTimestamp());
            if (calls++ == 0)
            {
                first = now;
                return Reply.Error(500);
            }

            second = now;
            return Reply.Ok;
        });
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = running = await Gateway.StartAsync(Chains.Over(one, two).WithRetry(2, seconds: 3));
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        await one.NextAsync();

        Message response = await gateway.Time.AdvanceUntilAsync(asked, TimeSpan.FromMilliseconds(250));

        response.IsFrom("one/m", 2, null);
        Assert.True(second - first >= TimeSpan.FromSeconds(3), $"{second - first}");
        Assert.Empty(two.Seen);
    }

    [Fact]
    public async Task Next_target_follows_the_last_retry_at_once()
    {
        using var one = new RepliedUpstream(Reply.Error(503));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithRetry(1));
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        await one.NextAsync();
        await gateway.Time.AdvanceUntilAsync(one.NextAsync(), TimeSpan.FromMilliseconds(250));

        // The clock stands still from here on.
        (await asked).IsFrom("two/m", 3, "upstream_5xx");
        Assert.Equal(2, one.Seen.Count);
    }

    [Fact]
    public async Task Short_retry_after_is_waited_for()
    {
        int calls = 0;
        using var one = new RepliedUpstream(_ => calls++ == 0 ? Reply.Error(429, "none", "retry-after: 2\r\n") : Reply.Ok);
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithRetry(1));
        long start = gateway.Time.GetTimestamp();
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        await one.NextAsync();

        Message response = await gateway.Time.AdvanceUntilAsync(asked, TimeSpan.FromMilliseconds(250));

        Assert.Equal((200, "one/m"), (response.Status, response["x-fastgate-target"]));
        Assert.True(gateway.Time.GetTimestamp() - start >= TimeSpan.FromSeconds(2).Ticks);
        Assert.Empty(two.Seen);
    }

    [Fact]
    public async Task Client_that_leaves_during_the_wait_ends_everything()
    {
        using var one = new RepliedUpstream(Reply.Error(500));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithRetry(2));
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat());
        await one.NextAsync();
        client.Reset();

        await Chains.EventuallyAsync(() => new GatewayView(gateway.Plane).Requests.Any(request => request.Status == 499));
        gateway.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(one.Seen);
        Assert.Empty(two.Seen);
    }

    [Fact]
    public async Task Deadline_of_the_client_ends_the_request_and_is_no_fault_of_the_target()
    {
        using var one = new RepliedUpstream(Reply.Silent);
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));
        for (int i = 0; i < 4; i++)
        {
            Task<Message> asked = gateway.AskAsync(Gateway.Chat(lines: "x-fastgate-timeout-ms: 700\r\n"));
            await one.NextAsync();
            Message response = await gateway.Time.AdvanceUntilAsync(asked, TimeSpan.FromMilliseconds(100));
            response.IsError(504, "upstream_timeout");
        }

        Assert.Empty(two.Seen);
        TargetView target = new GatewayView(gateway.Plane).Targets.Single(view => view.Name == "one/m");
        Assert.Equal(TargetState.Healthy, target.State);
        Assert.Empty(target.Incidents);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("soon")]
    [InlineData("1.5")]
    public async Task Deadline_that_is_no_number_is_refused(string value)
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));

        (await gateway.AskAsync(Gateway.Chat(lines: $"x-fastgate-timeout-ms: {value}\r\n"))).IsError(400, "invalid_request", "x-fastgate-timeout-ms");
        Assert.Empty(one.Seen);
    }

    [Fact]
    public async Task Retry_that_would_pass_the_deadline_is_not_waited_for()
    {
        using var one = new RepliedUpstream(Reply.Error(500));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithRetry(2, seconds: 3));

        // The clock stands still.
        (await gateway.AskAsync(Gateway.Chat(lines: "x-fastgate-timeout-ms: 2000\r\n"))).IsFrom("two/m", 2, "upstream_5xx");
        Assert.Single(one.Seen);
    }

    [Fact]
    public async Task Deadline_of_the_client_holds_for_all_attempts_together()
    {
        using var one = new RepliedUpstream(Reply.Error(500, "first"));
        using var two = new RepliedUpstream(Reply.Silent);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(lines: "x-fastgate-timeout-ms: 700\r\n"));
        await two.NextAsync();

        Message response = await gateway.Time.AdvanceUntilAsync(asked, TimeSpan.FromMilliseconds(100));

        Assert.True(response.Status == 504, $"{response.StartLine} {response.Text}");
        Assert.Equal("upstream_timeout", response.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(["one/m upstream_5xx 500", "two/m timeout 0"], response.Attempts());
    }

    [Fact]
    public async Task No_target_is_asked_when_the_deadline_has_passed()
    {
        using var one = new RepliedUpstream(Reply.Silent);
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithRoute(route => route with { Deadline = TimeSpan.FromSeconds(5) }));
        string request = Gateway.Chat(lines: "Expect: 100-continue\r\n");
        int body = request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(request[..body]);
        Assert.Equal("HTTP/1.1 100 Continue", await client.ReadLineAsync());
        await client.ReadLineAsync();

        // The time that the request takes to come is part of it.
        gateway.Time.Advance(TimeSpan.FromSeconds(4));
        await client.SendAsync(request[body..]);
        await one.NextAsync();
        gateway.Time.Advance(TimeSpan.FromSeconds(1.1));
        (await Message.ReadResponseAsync(client)).IsError(504, "upstream_timeout");
        Assert.Empty(two.Seen);
    }
}
