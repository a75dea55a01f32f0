using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;

namespace FastGate.Proxy.Tests.Answers;

/// <summary>An answer that the provider's content filter left nothing of goes to the client, or where <c>on.content_policy</c> says.</summary>
public sealed class ContentFilterTests
{
    private const string Filtered = "{\"id\":\"f\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":null},\"finish_reason\":\"content_filter\"}]}";
    private const string FilteredEnd = "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\n";
    private const string FilteredEvents = ScriptedUpstream.Start + FilteredEnd + ScriptedUpstream.Done;

    [Fact]
    public async Task Whole_answer_goes_to_the_client_as_it_is()
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json(Filtered)));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

        Message response = await gateway.AskAsync(Gateway.Chat());

        response.IsFrom("one/m", 1, null);
        Assert.Equal(Filtered, response.Text);
        Assert.Empty(two.Seen);
    }

    [Fact]
    public async Task Stream_goes_to_the_client_as_it_is()
    {
        using var one = new RepliedUpstream(Reply.Streamed(FilteredEvents));
        using var two = new RepliedUpstream(Reply.Stream);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

        Message response = await gateway.AskAsync(Gateway.Chat(stream: true));

        response.IsFrom("one/m", 1, null);
        Assert.Equal(FilteredEvents, response.Text);
        Assert.Empty(two.Seen);
    }

    [Fact]
    public async Task Whole_answer_is_asked_for_where_the_route_says()
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json(Filtered)));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Rerouted(one, two));

        (await gateway.AskAsync(Gateway.Chat())).IsFrom("two/m", 2, "content_policy");
    }

    [Fact]
    public async Task Stream_is_asked_for_where_the_route_says()
    {
        using var one = new RepliedUpstream(Reply.Streamed(FilteredEvents));
        using var two = new RepliedUpstream(Reply.Stream);
        await using Gateway gateway = await Gateway.StartAsync(Rerouted(one, two));

        Message response = await gateway.AskAsync(Gateway.Chat(stream: true));

        response.IsFrom("two/m", 2, "content_policy");
        Assert.Equal(ScriptedUpstream.Start + ScriptedUpstream.Event + ScriptedUpstream.Finish + ScriptedUpstream.Done, response.Text);
    }

    [Fact]
    public async Task If_that_fails_too_the_client_gets_the_filtered_answer()
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json(Filtered)));
        using var two = new RepliedUpstream(Reply.Error(500));
        await using Gateway gateway = await Gateway.StartAsync(Rerouted(one, two));

        Message response = await gateway.AskAsync(Gateway.Chat());

        Assert.Equal((200, Filtered, "2"), (response.Status, response.Text, response["x-fastgate-attempts"]));
    }

    [Fact]
    public async Task If_that_fails_too_the_client_of_a_stream_is_told_the_reason()
    {
        using var one = new RepliedUpstream(Reply.Streamed(FilteredEvents));
        using var two = new RepliedUpstream(Reply.Error(500));
        await using Gateway gateway = await Gateway.StartAsync(Rerouted(one, two));

        Message response = await gateway.AskAsync(Gateway.Chat(stream: true));

        Assert.Equal(400, response.Status);
        Assert.Equal("content_filter", response.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.Equal(["one/m content_policy 0", "two/m upstream_5xx 500"], response.Attempts());
    }

    [Fact]
    public async Task Where_there_is_nowhere_else_the_answer_stays()
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json(Filtered)));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Rerouted(one, two).WithRoute(route => route with { Hops = 1 }));

        Message response = await gateway.AskAsync(Gateway.Chat());

        response.IsFrom("one/m", 1, null);
        Assert.Equal(Filtered, response.Text);
    }

    [Fact]
    public async Task Answer_that_was_stopped_after_its_beginning_is_an_answer()
    {
        using var one = new RepliedUpstream(request => request.Text.Contains("\"stream\":true", StringComparison.Ordinal)
            ? Reply.Streamed(ScriptedUpstream.Start + ScriptedUpstream.Event + FilteredEnd + ScriptedUpstream.Done)
            : new Reply(ScriptedUpstream.Json(Filtered.Replace("null", "\"Half an\"", StringComparison.Ordinal))));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Rerouted(one, two));

        (await gateway.AskAsync(Gateway.Chat())).IsFrom("one/m", 1, null);
        (await gateway.AskAsync(Gateway.Chat(stream: true))).IsFrom("one/m", 1, null);
        Assert.Empty(two.Seen);
    }

    [Fact]
    public async Task Whole_response_that_the_filter_left_nothing_of_is_asked_for_where_the_route_says()
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json(FilteredResponse(""))));
        using var two = new RepliedUpstream(new Reply(ScriptedUpstream.Json(WholeResponse)));
        await using Gateway gateway = await Gateway.StartAsync(Rerouted(one, two));

        Message response = await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\",\"input\":\"hi\"}", "/v1/responses"));

        response.IsFrom("two/m", 2, "content_policy");
        Assert.Equal(WholeResponse, response.Text);
    }

    [Fact]
    public async Task Response_stream_that_the_filter_left_nothing_of_is_asked_for_where_the_route_says()
    {
        const string Begun = "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"r\"}}\n\n";
        using var one = new RepliedUpstream(Reply.Streamed(Begun + ResponseEnd("incomplete", FilteredResponse(""))));
        using var two = new RepliedUpstream(Reply.Streamed(Begun + ResponseEnd("completed", WholeResponse)));
        await using Gateway gateway = await Gateway.StartAsync(Rerouted(one, two));

        Message response = await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\",\"stream\":true,\"input\":\"hi\"}", "/v1/responses"));

        response.IsFrom("two/m", 2, "content_policy");
        Assert.Equal(Begun + ResponseEnd("completed", WholeResponse), response.Text);
    }

    [Theory]
    [InlineData("{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"Half an\"}]}")]
    [InlineData("{\"type\":\"message\",\"content\":[{\"type\":\"refusal\",\"refusal\":\"No.\"}]}")]
    [InlineData("{\"type\":\"function_call\",\"name\":\"f\"}")]
    public async Task Response_that_was_stopped_after_its_beginning_is_an_answer(string item)
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json(FilteredResponse(item))));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Rerouted(one, two));

        (await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\",\"input\":\"hi\"}", "/v1/responses"))).IsFrom("one/m", 1, null);
    }

    [Fact]
    public async Task Limit_of_tokens_is_no_filter()
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json(FilteredResponse("").Replace("content_filter", "max_output_tokens", StringComparison.Ordinal))));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Rerouted(one, two));

        (await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\",\"input\":\"hi\"}", "/v1/responses"))).IsFrom("one/m", 1, null);
    }

    private const string WholeResponse =
        "{\"id\":\"r\",\"object\":\"response\",\"status\":\"completed\",\"error\":null,\"output\":[{\"type\":\"message\",\"content\":[{\"type\":\"output_text\",\"text\":\"fine\"}]}]}";

    private static string FilteredResponse(string item) =>
        $"{{\"id\":\"r\",\"object\":\"response\",\"status\":\"incomplete\",\"error\":null,\"incomplete_details\":{{\"reason\":\"content_filter\"}},\"output\":[{{\"type\":\"reasoning\",\"summary\":[]}}{(item.Length == 0 ? "" : "," + item)}]}}";

    private static string ResponseEnd(string kind, string response) => $"event: response.{kind}\ndata: {{\"type\":\"response.{kind}\",\"response\":{response}}}\n\n";

    private static GatewaySettings Rerouted(RepliedUpstream one, RepliedUpstream two) => Chains.Over(one, two).WithRoute(route => route with
    {
        Members = [new MemberDefinition("one/m")],
        On = new Dictionary<FailureClass, ClassActionDefinition> { [FailureClass.ContentPolicy] = new(ClassActionKind.Chain, [new MemberDefinition("two/m")]) },
    });
}
