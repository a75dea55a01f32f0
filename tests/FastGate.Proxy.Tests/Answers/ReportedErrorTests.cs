using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Answers;

/// <summary>An error under status 200 is a failure like the same error with its proper status.</summary>
public sealed class ReportedErrorTests
{
    // https://openrouter.ai/docs/api-reference/errors: a provider behind it that fails late.
    private const string Limited = "{\"error\":{\"message\":\"Provider returned error\",\"code\":429,\"metadata\":{\"raw\":\"temporarily rate-limited upstream\"}},\"user_id\":\"u\"}";
    private const string Failed = "{\"error\":{\"message\":\"Internal error\",\"type\":\"server_error\",\"code\":null}}";
    private const string FailedResponse =
        "{\"id\":\"r\",\"object\":\"response\",\"status\":\"failed\",\"error\":{\"code\":\"server_error\",\"message\":\"It \\\"broke\\\".\"},\"output\":[]}";

    [Theory]
    [InlineData("/v1/chat/completions", Limited, "rate_limited")]
    [InlineData("/v1/chat/completions", Failed, "upstream_5xx")]
    [InlineData("/v1/chat/completions", "{\"object\":\"error\",\"message\":\"This model's maximum context length is 10 tokens\",\"code\":400}", null)]
    [InlineData("/v1/responses", FailedResponse, "upstream_5xx")]
    [InlineData("/v1/responses", Limited, "rate_limited")]
    [InlineData("/v1/embeddings", Failed, "upstream_5xx")]
    public async Task Next_target_is_asked(string path, string body, string? reason)
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json(body)));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

        Message response = await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\"}", path));

        if (reason is not null)
        {
            response.IsFrom("two/m", 2, reason);
        }
        else
        {
            // No other target is known to take more.
            Assert.Equal(400, response.Status);
        }
    }

    [Theory]
    [InlineData("/v1/chat/completions", Limited, 429, Limited)]
    [InlineData("/v1/chat/completions", Failed, 502, Failed)]
    [InlineData("/v1/responses", FailedResponse, 502, "{\"error\":{\"message\":\"It \\\"broke\\\".\",\"type\":\"api_error\",\"param\":null,\"code\":\"server_error\"}}")]
    public async Task Alone_it_goes_to_the_client_with_the_status_it_should_have_had(string path, string body, int status, string expected)
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json(body)));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));

        Message response = await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\"}", path));

        Assert.Equal((status, expected), (response.Status, response.Text));
        Assert.False(response.Closes);
    }

    [Fact]
    public async Task Target_that_answers_so_is_not_well()
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json(Failed)));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));

        for (int i = 0; i < 3; i++)
        {
            await gateway.AskAsync(Gateway.Chat());
        }

        Assert.Equal(Routing.Health.TargetState.Failed, gateway.Plane.Snapshot.Routes[0].Plan.Targets[0].Health.State);
    }

    [Theory]
    [InlineData("{\"choices\":[{\"message\":{\"content\":\"fine\"}}],\"error\":null}")]
    [InlineData("{\"choices\":[{\"message\":{\"content\":\"as far as it came\"}}],\"error\":{\"message\":\"late\"}}")]
    public async Task Answer_is_an_answer(string body)
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json(body)));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

        Message response = await gateway.AskAsync(Gateway.Chat());

        response.IsFrom("one/m", 1, null);
        Assert.Equal(body, response.Text);
    }
}
