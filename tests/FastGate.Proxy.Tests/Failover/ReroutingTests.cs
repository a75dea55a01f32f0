using System.Net;
using System.Net.Sockets;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Views;

namespace FastGate.Proxy.Tests.Failover;

/// <summary>Each class of failure that moves a request on: the client sees the second target's answer only.</summary>
public sealed class ReroutingTests
{
    [Fact]
    public async Task First_target_that_answers_is_not_a_fallback()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

        (await gateway.AskAsync(Gateway.Chat())).IsFrom("one/m", 1, null);
        Assert.Empty(two.Seen);
    }

    [Fact]
    public async Task Refused_connection_moves_on()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over((IPEndPoint)taken.LocalEndPoint!, two.EndPoint));

        (await gateway.AskAsync(Gateway.Chat())).IsFrom("two/m", 2, "connect");
    }

    [Theory]
    [InlineData(500, "server_error", "upstream_5xx")]
    [InlineData(503, "none", "upstream_5xx")]
    [InlineData(502, "none", "upstream_5xx")]
    [InlineData(520, "none", "upstream_5xx")]
    [InlineData(401, "invalid_api_key", "auth")]
    [InlineData(403, "none", "auth")]
    [InlineData(404, "model_not_found", "model_not_found")]
    [InlineData(529, "none", "rate_limited")]
    public async Task Error_status_moves_on(int status, string code, string reason)
    {
        using var one = new RepliedUpstream(Reply.Error(status, code));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

        Message response = await gateway.AskAsync(Gateway.Chat());

        response.IsFrom("two/m", 2, reason);
        Assert.Equal(Reply.Success, response.Text);
        Assert.Single(one.Seen);
        Assert.Single(two.Seen);
        Assert.Equal(("chat", "one/m", "two/m", reason, 1L), Assert.Single(new GatewayView(gateway.Plane).Failovers));
    }

    [Theory]
    [InlineData("{\"id\":\"x\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"fi")]
    [InlineData("{\"id\":\"x\",\"choices\":[]")]
    [InlineData("<html>busy</html>")]
    public async Task Success_that_is_no_JSON_moves_on(string body)
    {
        foreach (string framing in (string[])["length", "chunked"])
        {
            using var one = new RepliedUpstream(new Reply(framing == "length"
                ? ScriptedUpstream.Json(body)
                : $"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n{body.Length:x}\r\n{body}\r\n0\r\n\r\n"));
            using var two = new RepliedUpstream(Reply.Ok);
            await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

            Message response = await gateway.AskAsync(Gateway.Chat());

            response.IsFrom("two/m", 2, "malformed");
            Assert.Equal(Reply.Success, response.Text);
        }
    }

    [Fact]
    public async Task Reset_moves_on()
    {
        using var one = new RepliedUpstream(Reply.Reset);
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

        (await gateway.AskAsync(Gateway.Chat())).IsFrom("two/m", 2, "reset");
        Assert.Single(one.Seen);
    }

    [Fact]
    public async Task Silent_target_is_not_asked_twice()
    {
        using var one = new RepliedUpstream(Reply.Silent);
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithRetry(2)
            .WithProvider(0, provider => provider with { Timeouts = Gateway.Patient with { FirstByte = TimeSpan.FromSeconds(5) } }));
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        await one.NextAsync();

        (await gateway.Time.AdvanceUntilAsync(asked, TimeSpan.FromMilliseconds(500))).IsFrom("two/m", 2, "timeout");
        Assert.Single(one.Seen);
    }

    [Fact]
    public async Task Long_rate_limit_moves_on_without_a_wait()
    {
        using var one = new RepliedUpstream(Reply.Error(429, "rate_limit_exceeded", "retry-after: 60\r\n"));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithRetry(2));

        (await gateway.AskAsync(Gateway.Chat())).IsFrom("two/m", 2, "rate_limited");
        Assert.Single(one.Seen);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(401)]
    public async Task Another_key_of_the_provider_comes_before_the_next_target(int status)
    {
        string? refused = null;
        using var one = new RepliedUpstream(request => (refused ??= request["authorization"]) == request["authorization"] ? Reply.Error(status, "none", "retry-after: 60\r\n") : Reply.Ok);
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithProvider(0, TwoKeys));

        (await gateway.AskAsync(Gateway.Chat())).IsFrom("one/m", 2, null);
        Assert.Empty(two.Seen);

        // The refused key stays out.
        (await gateway.AskAsync(Gateway.Chat())).IsFrom("one/m", 1, null);
        Assert.Equal(3, one.Seen.Count);
    }

    [Fact]
    public async Task All_keys_refused_lead_to_the_next_target_and_stay_out()
    {
        using var one = new RepliedUpstream(Reply.Error(401, "invalid_api_key"));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithProvider(0, TwoKeys));

        (await gateway.AskAsync(Gateway.Chat())).IsFrom("two/m", 3, "auth");
        Assert.Equal(2, one.Seen.Select(request => request["authorization"]).Distinct().Count());
        Assert.Equal(200, (await gateway.AskAsync(Gateway.Chat())).Status);
        Assert.Equal(2, one.Seen.Count);
    }

    [Fact]
    public async Task Too_long_a_context_goes_to_a_larger_target_only()
    {
        using var one = new RepliedUpstream(Reply.Error(400, "context_length_exceeded"));
        using var two = new RepliedUpstream(Reply.Ok);
        using var three = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two, three).WithRoute(route => route with
        {
            Members = [new("one/m") { MaxInputTokens = 1000 }, new("two/small") { MaxInputTokens = 900 }, new("three/large") { MaxInputTokens = 9000 }],
        }));

        (await gateway.AskAsync(Gateway.Chat())).IsFrom("three/large", 2, "context_window");
        Assert.Empty(two.Seen);
    }

    [Fact]
    public async Task Stream_without_a_first_token_moves_on()
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(ScriptedUpstream.Start)));
        using var two = new RepliedUpstream(Reply.Stream);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two)
            .WithProvider(0, provider => provider with { Timeouts = Gateway.Patient with { FirstToken = TimeSpan.FromSeconds(5) } }));
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(stream: true));
        await one.NextAsync();

        Message response = await gateway.Time.AdvanceUntilAsync(asked, TimeSpan.FromMilliseconds(500));
        response.IsFrom("two/m", 2, "slow_first_token");
        IsOneStream(response);
    }

    [Theory]
    [InlineData("data: {\"error\":{\"message\":\"busy\",\"type\":\"server_error\",\"code\":null}}\n\n")]
    [InlineData("data: {\"error\":{\"message\":\"busy\",\"type\":\"overloaded_error\",\"code\":\"overloaded_error\"}}\n\n")]
    public async Task Error_as_the_first_event_of_a_stream_moves_on(string error)
    {
        using var one = new RepliedUpstream(Reply.Streamed(error));
        using var two = new RepliedUpstream(Reply.Stream);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

        Message response = await gateway.AskAsync(Gateway.Chat(stream: true));
        response.IsFrom("two/m", 2, error.Contains("overloaded", StringComparison.Ordinal) ? "rate_limited" : "upstream_5xx");
        IsOneStream(response);
    }

    [Theory]
    [InlineData("")]
    [InlineData(ScriptedUpstream.Start)]
    public async Task Stream_cut_before_its_first_content_moves_on(string events)
    {
        using var one = new RepliedUpstream(Reply.Cut(events));
        using var two = new RepliedUpstream(Reply.Stream);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

        Message response = await gateway.AskAsync(Gateway.Chat(stream: true));
        response.IsFrom("two/m", 2, "stream_cut");
        IsOneStream(response);
    }

    [Theory]
    [InlineData("HTTP/9.9 nonsense\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}")]
    public async Task Impossible_head_moves_on(string answer)
    {
        using var one = new RepliedUpstream(new Reply(answer));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithRetry(2));

        (await gateway.AskAsync(Gateway.Chat())).IsFrom("two/m", 2, "malformed");
        Assert.Single(one.Seen);
    }

    [Fact]
    public async Task Chain_of_the_header_serves_a_form_too()
    {
        using var one = new RepliedUpstream(Reply.Error(500));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));
        const string Form = "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\none/m\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n--b--\r\n";

        Message response = await gateway.AskAsync(
            $"POST /v1/audio/transcriptions HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {Form.Length}\r\nx-fastgate-fallback: two/n\r\n\r\n{Form}");

        response.IsFrom("two/n", 2, "upstream_5xx");
        Assert.Equal(Form.Replace("one/m", "n", StringComparison.Ordinal), Assert.Single(two.Seen).Text);
    }

    private static void IsOneStream(Message response) =>
        Assert.Equal(ScriptedUpstream.Start + ScriptedUpstream.Event + ScriptedUpstream.Finish + ScriptedUpstream.Done, response.Text);

    private static ProviderSettings TwoKeys(ProviderSettings provider) =>
        provider with { Keys = [new ProviderKeySettings("sk-first-1111", 1), new ProviderKeySettings("sk-second-2222", 1)] };
}
