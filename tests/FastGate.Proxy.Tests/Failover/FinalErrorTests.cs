using System.Net;
using System.Net.Sockets;
using FastGate.Proxy.Tests.Harness;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;

namespace FastGate.Proxy.Tests.Failover;

/// <summary>What is not rerouted, what a route reroutes by itself, and what the client is told when nothing is left.</summary>
public sealed class FinalErrorTests
{
    [Theory]
    [InlineData(400, "invalid_value")]
    [InlineData(422, "none")]
    [InlineData(400, "content_filter")]
    public async Task Request_at_fault_gets_the_providers_words_and_no_second_attempt(int status, string code)
    {
        using var one = new RepliedUpstream(Reply.Error(status, code));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithRetry(2));

        Message response = await gateway.AskAsync(Gateway.Chat());

        Assert.Equal((status, Reply.ErrorBody(code)), (response.Status, response.Text));
        Assert.Equal(("one/m", "1", null), (response["x-fastgate-target"], response["x-fastgate-attempts"], response["x-fastgate-fallback"]));
        Assert.Single(one.Seen);
        Assert.Empty(two.Seen);
    }

    [Theory]
    [InlineData(400, "content_filter", FailureClass.ContentPolicy, "content_policy")]
    [InlineData(400, "context_length_exceeded", FailureClass.ContextWindow, "context_window")]
    [InlineData(429, "none", FailureClass.RateLimited, "rate_limited")]
    [InlineData(500, "none", FailureClass.Upstream5xx, "upstream_5xx")]
    public async Task Chain_of_a_class_serves_that_class(int status, string code, FailureClass failure, string reason)
    {
        using var one = new RepliedUpstream(Reply.Error(status, code));
        using var two = new RepliedUpstream(Reply.Ok);
        using var three = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two, three).WithRoute(route => route with
        {
            Members = [new MemberDefinition("one/m"), new MemberDefinition("two/m")],
            On = new Dictionary<FailureClass, ClassActionDefinition> { [failure] = new(ClassActionKind.Chain, [new MemberDefinition("three/other")]) },
        }));

        (await gateway.AskAsync(Gateway.Chat())).IsFrom("three/other", 2, reason);
        Assert.Empty(two.Seen);
    }

    [Fact]
    public async Task Class_that_stops_is_not_rerouted()
    {
        using var one = new RepliedUpstream(Reply.Error(503, "busy"));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithRoute(route => route with
        {
            On = new Dictionary<FailureClass, ClassActionDefinition> { [FailureClass.Upstream5xx] = ClassActionDefinition.Of(ClassActionKind.Stop) },
        }));

        Message response = await gateway.AskAsync(Gateway.Chat());
        Assert.Equal((503, Reply.ErrorBody("busy")), (response.Status, response.Text));
        Assert.Empty(two.Seen);
    }

    [Fact]
    public async Task First_targets_error_speaks_for_all_and_lists_the_attempts()
    {
        using var one = new RepliedUpstream(Reply.Error(503, "first"));
        using var two = new RepliedUpstream(Reply.Reset);
        using var three = new RepliedUpstream(Reply.Error(429, "third", "retry-after: 60\r\n"));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two, three));

        Message response = await gateway.AskAsync(Gateway.Chat());

        Assert.Equal(503, response.Status);
        Assert.Equal("said so", response.Json.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal("first", response.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(["one/m upstream_5xx 503", "two/m reset 0", "three/m rate_limited 429"], response.Attempts());
        Assert.Equal("3", response["x-fastgate-attempts"]);
    }

    [Fact]
    public async Task First_target_without_an_answer_is_a_bad_gateway_with_the_attempts()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var two = new RepliedUpstream(Reply.Error(500));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over((IPEndPoint)taken.LocalEndPoint!, two.EndPoint));

        Message response = await gateway.AskAsync(Gateway.Chat());

        Assert.Equal(502, response.Status);
        Assert.Equal("upstream_error", response.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(["one/m connect 0", "two/m upstream_5xx 500"], response.Attempts());
    }

    [Fact]
    public async Task Error_of_one_attempt_lists_none()
    {
        using var one = new RepliedUpstream(Reply.Error(500, "own"));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));

        Message response = await gateway.AskAsync(Gateway.Chat());
        Assert.Equal((500, Reply.ErrorBody("own")), (response.Status, response.Text));
    }

    [Fact]
    public async Task Target_that_finds_the_request_at_fault_has_the_last_word()
    {
        using var one = new RepliedUpstream(Reply.Error(500, "first"));
        using var two = new RepliedUpstream(Reply.Error(400, "invalid_value"));
        using var three = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two, three));

        Message response = await gateway.AskAsync(Gateway.Chat());

        Assert.Equal((400, "invalid_value"), (response.Status, response.Json.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(["one/m upstream_5xx 500", "two/m bad_request 400"], response.Attempts());
        Assert.Empty(three.Seen);
    }

    [Fact]
    public async Task Stream_that_nobody_can_serve_ends_in_a_plain_error()
    {
        using var one = new RepliedUpstream(Reply.Cut(""));
        using var two = new RepliedUpstream(Reply.Error(503, "second"));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

        Message response = await gateway.AskAsync(Gateway.Chat(stream: true));

        Assert.Equal((502, "application/json"), (response.Status, response["content-type"]));
        Assert.Equal(["one/m stream_cut 0", "two/m upstream_5xx 503"], response.Attempts());
    }
}
