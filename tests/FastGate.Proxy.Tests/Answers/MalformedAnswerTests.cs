using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Answers;

/// <summary>A 200 that bears no JSON where JSON is owed is a failure, and the next target is asked.</summary>
public sealed class MalformedAnswerTests
{
    private const string Page = "<html><body>{\"error\": []} Please log in</body></html>";

    [Theory]
    [InlineData(Page)]
    [InlineData("")]
    [InlineData("OK")]
    [InlineData("{\"choices\":[{\"message\":{\"content\":\"half")]
    [InlineData("{\"choices\":[]}}")]
    [InlineData("{\"choices\":[],}")]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task Completion_that_is_no_object_moves_on(string body)
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json(body)));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

        (await gateway.AskAsync(Gateway.Chat())).IsFrom("two/m", 2, "malformed");
    }

    [Theory]
    [InlineData(Page)]
    [InlineData("{\"data\":[{\"embedding\":[0.1,0.2")]
    [InlineData("{\"data\":\"unended")]
    [InlineData("plain {}")]
    public async Task Any_other_answer_that_is_no_json_moves_on(string body)
    {
        using var one = new RepliedUpstream(new Reply(Chunked(body)));
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

        (await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\",\"input\":\"x\"}", "/v1/embeddings"))).IsFrom("two/m", 2, "malformed");
    }

    [Fact]
    public async Task Large_answer_is_judged_by_how_it_begins()
    {
        string filler = new(' ', 200_000);
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json("  <html>" + filler)));
        using var two = new RepliedUpstream(new Reply(ScriptedUpstream.Json("\r\n {" + filler + "}")));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one, two));

        Message response = await gateway.AskAsync(Gateway.Chat());

        response.IsFrom("two/m", 2, "malformed");
        Assert.Equal(filler.Length + 5, response.Text.Length);
    }

    [Fact]
    public async Task Without_another_target_the_client_is_told()
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json(Page)));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));

        string message = (await gateway.AskAsync(Gateway.Chat())).IsError(502, "upstream_error").GetProperty("message").GetString()!;

        Assert.Contains("its answer is no JSON", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_under_another_name_is_an_answer()
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json(Reply.Success).Replace("application/json", "text/plain", StringComparison.Ordinal)));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));

        Message response = await gateway.AskAsync(Gateway.Chat());

        response.IsFrom("one/m", 1, null);
        Assert.Equal("text/plain", response["content-type"]);
    }

    [Fact]
    public async Task Answer_in_a_content_coding_is_not_judged()
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json("\u001f\u008b\u0008", lines: "content-encoding: gzip\r\n")));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));

        (await gateway.AskAsync(Gateway.Chat())).IsFrom("one/m", 1, null);
    }

    [Fact]
    public async Task Sound_and_transcripts_are_not_judged()
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json("1\n00:00:00,000 --> 00:00:01,000\nHello")));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));

        (await gateway.AskAsync(Gateway.Post("{\"model\":\"chat\"}", "/v1/audio/speech"))).IsFrom("one/m", 1, null);
    }

    [Fact]
    public async Task Answer_in_pieces_is_judged_as_a_whole()
    {
        using var one = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one.EndPoint));
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        (Wire wire, _) = await one.AcceptRequestAsync();
        string text = new('x', 20_000);
        string answer = ScriptedUpstream.Json($"{{\"choices\":[{{\"message\":{{\"content\":\"{text}\"}}}}],\"usage\":{{\"prompt_tokens\":7,\"completion_tokens\":9}}}}");
        await wire.SendSlicedAsync(answer, 50, 130, 5000, 12_000, answer.Length - 1);

        Message response = await asked;

        response.IsFrom("one/m", 1, null);
        Assert.Equal(text, response.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
    }

    private static string Chunked(string body) =>
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n" + ScriptedUpstream.Chunk(body) + ScriptedUpstream.LastChunk;
}
