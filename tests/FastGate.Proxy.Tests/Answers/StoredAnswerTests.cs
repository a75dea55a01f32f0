using System.Text.Json;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Answers;

public class StoredAnswerTests
{
    private static readonly AnswerPolicy CacheFirst = new() { CacheTtl = TimeSpan.FromMinutes(10) };

    [Fact]
    public async Task Same_request_is_answered_from_the_store()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await StartAsync(one, CacheFirst);
        Message first = await gateway.AskAsync(Gateway.Chat());
        Message second = await gateway.AskAsync(Gateway.Chat());
        Assert.Null(first["x-fastgate-cache"]);
        Assert.Equal("hit", second["x-fastgate-cache"]);
        Assert.Equal(first.Body, second.Body);
        Assert.Equal("application/json", second["content-type"]);
        Assert.Equal("one/m", second["x-fastgate-target"]);
        Assert.Null(second["x-fastgate-attempts"]);
        Assert.Single(one.Seen);
        Assert.Equal([("hit", 1), ("miss", 1), ("stored", 1)], Counted(gateway));
    }

    [Theory]
    [InlineData("""{"messages":[{"content":"hi","role":"user"}],"model":"chat"}""", "", true)]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"hi"}],"stream":true,"stream_options":{"include_usage":true}}""", "", true)]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"hi"}],"temperature":0.5}""", "", false)]
    [InlineData("""{"model":"one/m","messages":[{"role":"user","content":"hi"}]}""", "", false)]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"hi"}]}""", "authorization: Bearer other\r\n", false)]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"hi"}]}""", "x-fastgate-fallback: one/n\r\n", false)]
    [InlineData("""{"model":"chat","messages":[{"role":"user","content":"hi"}]}""", "cache-control: max-age=0, No-Cache\r\n", false)]
    public async Task What_is_the_same_request(string body, string lines, bool same)
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await StartAsync(one, CacheFirst);
        await gateway.AskAsync(Gateway.Post("""{"model":"chat","messages":[{"role":"user","content":"hi"}]}"""));
        Message second = await gateway.AskAsync(Gateway.Post(body, lines: lines));
        Assert.Equal(200, second.Status);
        Assert.Equal(same ? "hit" : null, second["x-fastgate-cache"]);
    }

    [Fact]
    public async Task Bare_model_name_and_its_provider_are_the_same_request()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await StartAsync(one, CacheFirst);
        await gateway.AskAsync(Gateway.Chat("one/listed"));
        Assert.Equal("hit", (await gateway.AskAsync(Gateway.Chat("listed")))["x-fastgate-cache"]);
    }

    [Fact]
    public async Task No_store_neither_stores_nor_asks_the_store()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await StartAsync(one, CacheFirst);
        await gateway.AskAsync(Gateway.Chat(lines: "cache-control: no-store\r\n"));
        Assert.Null((await gateway.AskAsync(Gateway.Chat()))["x-fastgate-cache"]);
        Assert.Null((await gateway.AskAsync(Gateway.Chat(lines: "cache-control: no-store\r\n")))["x-fastgate-cache"]);
        Assert.Equal("hit", (await gateway.AskAsync(Gateway.Chat()))["x-fastgate-cache"]);
    }

    [Fact]
    public async Task Old_answer_is_asked_for_anew()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await StartAsync(one, CacheFirst);
        await gateway.AskAsync(Gateway.Chat());
        gateway.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal("hit", (await gateway.AskAsync(Gateway.Chat()))["x-fastgate-cache"]);
        gateway.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Null((await gateway.AskAsync(Gateway.Chat()))["x-fastgate-cache"]);
        Assert.Equal("hit", (await gateway.AskAsync(Gateway.Chat()))["x-fastgate-cache"]);
    }

    [Fact]
    public async Task Only_whole_successes_are_stored()
    {
        int calls = 0;
        using var one = new RepliedUpstream(_ => calls++ switch
        {
            0 => Reply.Error(400),
            1 => Reply.Cut(ScriptedUpstream.Event),
            _ => Reply.Stream,
        });
        await using Gateway gateway = await StartAsync(one, CacheFirst);
        Assert.Equal(400, (await gateway.AskAsync(Gateway.Chat(stream: true))).Status);
        Wire cut = await gateway.ConnectAsync();
        await cut.SendAsync(Gateway.Chat(stream: true));
        Assert.Contains("stream_interrupted", await cut.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Null((await gateway.AskAsync(Gateway.Chat(stream: true)))["x-fastgate-cache"]);
        Assert.Equal("hit", (await gateway.AskAsync(Gateway.Chat(stream: true)))["x-fastgate-cache"]);
    }

    [Fact]
    public async Task Stored_stream_is_given_as_a_stream_or_whole()
    {
        const string Usage = "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"total_tokens\":7}}\n\n";
        using var one = new RepliedUpstream(Reply.Streamed(ScriptedUpstream.Start + ScriptedUpstream.Event + ScriptedUpstream.Event + ScriptedUpstream.Finish + Usage + ScriptedUpstream.Done));
        await using Gateway gateway = await StartAsync(one, CacheFirst);
        const string Asked = """{"model":"chat","messages":[],"stream":true,"stream_options":{"include_usage":true}}""";
        Message first = await gateway.AskAsync(Gateway.Post(Asked));
        Message same = await gateway.AskAsync(Gateway.Post(Asked));
        Assert.Equal(first.Text, same.Text);
        Assert.Equal("text/event-stream", same["content-type"]);

        Message whole = await gateway.AskAsync(Gateway.Post("""{"model":"chat","messages":[]}"""));
        Assert.Equal("hit", whole["x-fastgate-cache"]);
        Assert.Equal("application/json", whole["content-type"]);
        JsonElement answer = whole.Json;
        Assert.Equal("chat.completion", answer.GetProperty("object").GetString());
        Assert.Equal("HelloHello", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("assistant", answer.GetProperty("choices")[0].GetProperty("message").GetProperty("role").GetString());
        Assert.Equal("stop", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(7, answer.GetProperty("usage").GetProperty("total_tokens").GetInt32());

        Message without = await gateway.AskAsync(Gateway.Post("""{"model":"chat","messages":[],"stream":true}"""));
        Assert.Equal(first.Text.Replace(Usage, "", StringComparison.Ordinal), without.Text);
        Assert.Single(one.Seen);
    }

    [Fact]
    public async Task Stored_answer_is_given_as_a_stream()
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json(
            """{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"t","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"total_tokens":3}}""")));
        await using Gateway gateway = await StartAsync(one, CacheFirst);
        await gateway.AskAsync(Gateway.Post("""{"model":"chat","messages":[]}"""));
        Message stream = await gateway.AskAsync(Gateway.Post("""{"model":"chat","messages":[],"stream":true,"stream_options":{"include_usage":true}}"""));
        Assert.Equal("text/event-stream", stream["content-type"]);
        Assert.True(stream.IsChunked);
        JsonElement[] chunks = [.. Events(stream.Text).Select(data => JsonDocument.Parse(data).RootElement)];
        Assert.All(chunks, chunk => Assert.Equal("chat.completion.chunk", chunk.GetProperty("object").GetString()));
        JsonElement call = chunks[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("tool_calls")[0];
        Assert.Equal(0, call.GetProperty("index").GetInt32());
        Assert.Equal("f", call.GetProperty("function").GetProperty("name").GetString());
        Assert.Equal("tool_calls", chunks[1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(3, chunks[2].GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.EndsWith(ScriptedUpstream.Done, stream.Text, StringComparison.Ordinal);
        Assert.Single(one.Seen);
    }

    [Fact]
    public async Task Legacy_completion_goes_both_ways()
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json("""{"id":"x","object":"text_completion","choices":[{"index":0,"text":"Hi.","finish_reason":"length"}]}""")));
        await using Gateway gateway = await StartAsync(one, CacheFirst);
        await gateway.AskAsync(Gateway.Post("""{"model":"chat","prompt":"a"}""", "/v1/completions"));
        Message stream = await gateway.AskAsync(Gateway.Post("""{"model":"chat","prompt":"a","stream":true}""", "/v1/completions"));
        JsonElement[] chunks = [.. Events(stream.Text).Select(data => JsonDocument.Parse(data).RootElement)];
        Assert.Equal("Hi.", chunks[0].GetProperty("choices")[0].GetProperty("text").GetString());
        Assert.Equal("length", chunks[1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Single(one.Seen);
    }

    [Fact]
    public async Task Stored_stream_of_a_legacy_completion_is_given_whole()
    {
        static string Chunk(string text, string finish) => $$"""data: {"id":"x","object":"text_completion","created":1,"model":"m","choices":[{"index":0,"text":"{{text}}","logprobs":null,"finish_reason":{{finish}}}]}""" + "\n\n";
        using var one = new RepliedUpstream(Reply.Streamed(Chunk("Once ", "null") + Chunk("upon", "null") + Chunk("", "\"stop\"") + ScriptedUpstream.Done));
        await using Gateway gateway = await StartAsync(one, CacheFirst);
        await gateway.AskAsync(Gateway.Post("""{"model":"chat","prompt":"a","stream":true}""", "/v1/completions"));
        Message whole = await gateway.AskAsync(Gateway.Post("""{"model":"chat","prompt":"a"}""", "/v1/completions"));
        Assert.Equal("hit", whole["x-fastgate-cache"]);
        Assert.Equal("application/json", whole["content-type"]);
        Assert.Equal("text_completion", whole.Json.GetProperty("object").GetString());
        JsonElement choice = whole.Json.GetProperty("choices")[0];
        Assert.Equal("Once upon", choice.GetProperty("text").GetString());
        Assert.Equal("stop", choice.GetProperty("finish_reason").GetString());
        Assert.Single(one.Seen);
    }

    [Fact]
    public async Task Requests_that_never_come_again_do_not_push_out_one_that_does()
    {
        string filling = new('x', 8000);
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json($$"""{"id":"x","choices":[{"index":0,"message":{"content":"{{filling}}"},"finish_reason":"stop"}]}""")));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one) with { DirectAnswers = CacheFirst, Stores = new StoreSettings { AnswerBytes = 1024 * 1024 } });
        Wire client = await gateway.ConnectAsync();
        Assert.Null(await AskAsync("again"));
        Assert.Equal("hit", await AskAsync("again"));
        for (int i = 0; i < 400; i++)
        {
            Assert.Null(await AskAsync($"once {i}"));
            if (i % 20 == 0)
            {
                Assert.Equal("hit", await AskAsync("again"));
            }
        }

        Assert.Null(await AskAsync("once 0"));

        async Task<string?> AskAsync(string content)
        {
            await client.SendAsync(Gateway.Post($$"""{"model":"chat","messages":[{"role":"user","content":"{{content}}"}]}"""));
            return (await Message.ReadResponseAsync(client))["x-fastgate-cache"];
        }
    }

    [Fact]
    public async Task Answer_too_large_for_the_store_reaches_its_client_and_is_counted()
    {
        string content = new('x', 200_000);
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json($$"""{"id":"x","choices":[{"index":0,"message":{"content":"{{content}}"},"finish_reason":"stop"}]}""")));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one) with { DirectAnswers = CacheFirst, Stores = new StoreSettings { AnswerBytes = 1024 * 1024 } });
        for (int i = 0; i < 2; i++)
        {
            Message answer = await gateway.AskAsync(Gateway.Chat());
            Assert.Equal(200, answer.Status);
            Assert.Null(answer["x-fastgate-cache"]);
            Assert.Contains(content, answer.Text, StringComparison.Ordinal);
        }

        Assert.Equal([("miss", 2), ("not_stored", 2)], Counted(gateway));
    }

    [Fact]
    public async Task Response_goes_both_ways()
    {
        const string Whole = """{"id":"r","object":"response","status":"completed","output":[{"type":"message","id":"m1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hi.","annotations":[]}]}],"usage":{"total_tokens":2}}""";
        using var one = new RepliedUpstream(request => request.Text.Contains("\"stream\":true", StringComparison.Ordinal)
            ? Reply.Streamed($"event: response.output_text.delta\ndata: {{\"type\":\"response.output_text.delta\",\"delta\":\"Hi.\"}}\n\nevent: response.completed\ndata: {{\"type\":\"response.completed\",\"response\":{Whole}}}\n\n")
            : new Reply(ScriptedUpstream.Json(Whole)));
        await using Gateway gateway = await StartAsync(one, CacheFirst);
        await gateway.AskAsync(Gateway.Post("""{"model":"chat","input":"a"}""", "/v1/responses"));
        Message stream = await gateway.AskAsync(Gateway.Post("""{"model":"chat","input":"a","stream":true}""", "/v1/responses"));
        JsonElement[] events = [.. Events(stream.Text).Select(data => JsonDocument.Parse(data).RootElement)];
        Assert.Equal(
            ["response.created", "response.output_item.added", "response.content_part.added", "response.output_text.delta", "response.output_text.done", "response.content_part.done", "response.output_item.done", "response.completed"],
            events.Select(e => e.GetProperty("type").GetString()));
        Assert.Equal("Hi.", events[3].GetProperty("delta").GetString());
        Assert.Equal(2, events[^1].GetProperty("response").GetProperty("usage").GetProperty("total_tokens").GetInt32());

        await gateway.AskAsync(Gateway.Post("""{"model":"chat","input":"b","stream":true}""", "/v1/responses"));
        Message whole = await gateway.AskAsync(Gateway.Post("""{"model":"chat","input":"b"}""", "/v1/responses"));
        Assert.Equal(Whole, whole.Text);
        Assert.Equal(2, one.Seen.Count);
    }

    [Fact]
    public async Task Repetition_under_a_key_replays_and_another_key_hits()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await StartAsync(one, CacheFirst);
        Assert.Equal("stored", (await gateway.AskAsync(Gateway.Chat(lines: "idempotency-key: a\r\n")))["x-fastgate-idempotency"]);
        Assert.Equal("replayed", (await gateway.AskAsync(Gateway.Chat(lines: "idempotency-key: a\r\n")))["x-fastgate-idempotency"]);
        Assert.Equal("hit", (await gateway.AskAsync(Gateway.Chat(lines: "idempotency-key: b\r\n")))["x-fastgate-cache"]);
        Assert.Equal("replayed", (await gateway.AskAsync(Gateway.Chat(lines: "idempotency-key: b\r\n")))["x-fastgate-idempotency"]);
        Assert.Single(one.Seen);
    }

    [Fact]
    public async Task Large_answer_is_stored_too()
    {
        string content = new('x', 200_000);
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json($$"""{"id":"x","choices":[{"index":0,"message":{"content":"{{content}}"},"finish_reason":"stop"}]}""")));
        await using Gateway gateway = await StartAsync(one, CacheFirst);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat());
        Message first = await Message.ReadResponseAsync(client);

        // On the same connection, so that the first exchange is over.
        await client.SendAsync(Gateway.Chat());
        Message second = await Message.ReadResponseAsync(client);
        Assert.Equal("hit", second["x-fastgate-cache"]);
        Assert.Equal(first.Body, second.Body);
    }

    internal static Task<Gateway> StartAsync(RepliedUpstream one, AnswerPolicy policy) => Gateway.StartAsync(Chains.Over(one) with { DirectAnswers = policy });

    internal static IEnumerable<string> Events(string stream) =>
        stream.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal)).Select(line => line["data: ".Length..]);

    internal static (string Result, long Count)[] Counted(Gateway gateway) => [.. gateway.Plane.Metrics.Answers.Cache.Read().Where(r => r.Count > 0)];
}
