using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Harness;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;

namespace FastGate.Proxy.Tests.Failover;

/// <summary>Endpoints that a provider does not have: because its configuration says so, or because it says so itself.</summary>
public sealed class UnsupportedTests
{
    private const string Rerank = "/v1/rerank";
    private const string FromFastApi = "{\"detail\":\"Not Found\"}";

    [Fact]
    public async Task Target_without_the_endpoint_is_passed_over_unasked()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithProvider(0, Only("chat/completions", "audio")));

        (await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\"}", Rerank))).IsFrom("two/m", 1, null);
        (await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\"}", "/v1/audio/speech"))).IsFrom("one/m", 1, null);
        (await gateway.AskAsync(Gateway.Chat())).IsFrom("one/m", 1, null);
        Assert.Equal(2, one.Seen.Count);
    }

    [Fact]
    public async Task Endpoint_that_no_target_has_is_501_without_a_call()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithProvider(0, Only("chat/completions")).WithProvider(1, Only("embeddings")));

        Message response = await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\"}", Rerank));

        string message = response.IsError(501, "not_supported_by_target").GetProperty("message").GetString()!;
        Assert.Equal(
            "POST /v1/rerank is not offered by one/m, two/m: 'endpoints' of the provider does not list rerank. "
            + "Either add a target whose provider has it to the route 'chat', or add it to 'endpoints' if the provider has it after all.",
            message);
        Assert.Null(response["x-fastgate-attempts"]);
        Assert.Empty(one.Seen.Concat(two.Seen));
    }

    [Theory]
    [InlineData("one/m", "")]
    [InlineData("two/m", "x-fastgate-fallback: one/m\r\n")]
    public async Task Target_that_the_request_names_itself_is_held_to_it_too(string model, string lines)
    {
        using var one = new RepliedUpstream(Reply.Ok);
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithProvider(0, Only("chat/completions")).WithProvider(1, Only("images")));

        Message response = await gateway.AskAsync(Gateway.Post($"{{\"model\":\"{model}\"}}", "/v1/responses", lines));

        string message = response.IsError(501, "not_supported_by_target").GetProperty("message").GetString()!;
        Assert.StartsWith($"POST /v1/responses is not offered by {(lines.Length == 0 ? model : "two/m, one/m")}: ", message, StringComparison.Ordinal);
        Assert.Contains("send the request to a target whose provider has it", message, StringComparison.Ordinal);
        Assert.Empty(one.Seen.Concat(two.Seen));
    }

    [Theory]
    [InlineData("405 Method Not Allowed", "")]
    [InlineData("501 Not Implemented", "")]
    [InlineData("404 Not Found", "404 page not found")]
    public async Task Provider_that_says_it_has_no_such_endpoint_is_passed_over_and_stays_well(string status, string body)
    {
        using var one = new RepliedUpstream(new Reply($"HTTP/1.1 {status}\r\ncontent-type: text/plain\r\ncontent-length: {body.Length}\r\n\r\n{body}"));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithRetry(2));

        for (int i = 0; i < 5; i++)
        {
            (await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\"}", Rerank))).IsFrom("two/m", 2, "not_supported");
        }

        Assert.Equal(5, one.Seen.Count);
        Assert.Equal(Routing.Health.TargetState.Healthy, StateOf(gateway, "one/m"));
    }

    [Fact]
    public async Task Provider_alone_without_the_endpoint_is_501_with_its_words()
    {
        const string Body = "{\"error\":{\"code\":501,\"message\":\"This server does not support embeddings. Start it with `--embeddings`\",\"type\":\"not_supported_error\"}}";
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json(Body, "501 Not Implemented")));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));

        Message response = await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\"}", "/v1/embeddings"));

        Assert.Equal(
            "one/m does not support POST /v1/embeddings: one answered 501 (This server does not support embeddings. Start it with `--embeddings`). "
            + "Send the request to a target that has it; if this one should, check base_url of its provider.",
            response.IsError(501, "not_supported_by_target").GetProperty("message").GetString());
        Assert.Equal(("one/m", "1"), (response["x-fastgate-target"], response["x-fastgate-attempts"]));
        Assert.False(response.Closes);
    }

    [Fact]
    public async Task Several_without_the_endpoint_are_501_with_the_attempts()
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json(FromFastApi, "404 Not Found")));
        using var two = new RepliedUpstream(Reply.Error(405));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

        Message response = await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\"}", "/v1/audio/speech"));

        Assert.Equal((501, "not_supported_by_target"), (response.Status, response.Json.GetProperty("error").GetProperty("code").GetString()));
        Assert.StartsWith("one/m does not support POST /v1/audio/*: one answered 404 (Not Found). ", response.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(["one/m not_supported 404", "two/m not_supported 405"], response.Attempts());
    }

    // The outage of the target that has the endpoint is what the client should know of.
    [Fact]
    public async Task Target_that_has_the_endpoint_and_fails_speaks_for_all()
    {
        using var one = new RepliedUpstream(Reply.Error(405));
        using var two = new RepliedUpstream(Reply.Error(503, "busy"));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

        Message response = await gateway.AskAsync(Gateway.Chat());

        Assert.Equal((503, "busy"), (response.Status, response.Json.GetProperty("error").GetProperty("code").GetString()));
        Assert.Equal(["one/m not_supported 405", "two/m upstream_5xx 503"], response.Attempts());
    }

    [Fact]
    public async Task Model_that_is_not_there_is_still_a_404()
    {
        using var one = new RepliedUpstream(Reply.Error(404, "model_not_found"));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));

        Message response = await gateway.AskAsync(Gateway.Chat());

        Assert.Equal((404, Reply.ErrorBody("model_not_found")), (response.Status, response.Text));
    }

    [Fact]
    public async Task Last_resort_is_for_outages_and_not_for_this()
    {
        using var one = new RepliedUpstream(Reply.Error(405));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one) with
        {
            Answers = System.Collections.Immutable.ImmutableDictionary<string, AnswerPolicy>.Empty.Add("chat", AnswerPolicy.Default with { Manual = new ManualAnswer(200, "later") }),
        });

        (await gateway.AskAsync(Gateway.Chat())).IsError(501, "not_supported_by_target");
    }

    [Fact]
    public async Task Chain_for_it_is_gone_along()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two).WithProvider(0, Only("chat/completions")).WithRoute(route => route with
        {
            Members = [new MemberDefinition("one/m")],
            On = new Dictionary<FailureClass, ClassActionDefinition> { [FailureClass.NotSupported] = new(ClassActionKind.Chain, [new MemberDefinition("two/m")]) },
        }));

        (await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\"}", Rerank))).IsFrom("two/m", 1, "not_supported");
    }

    [Fact]
    public async Task Reload_tells_what_a_provider_has_now()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        GatewaySettings settings = Chains.Over(one);
        await using Gateway gateway = await Gateway.StartAsync(settings);
        (await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\"}", Rerank))).IsFrom("one/m", 1, null);

        gateway.Plane.Apply(settings.WithProvider(0, Only("chat/completions")));

        (await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\"}", Rerank))).IsError(501, "not_supported_by_target");
    }

    private static Func<ProviderSettings, ProviderSettings> Only(params string[] endpoints) => provider => provider with { Endpoints = [.. endpoints] };

    private static Routing.Health.TargetState StateOf(Gateway gateway, string target) =>
        gateway.Plane.Snapshot.Routes[0].Plan.Targets.First(one => one.Name == target).Health.State;
}
