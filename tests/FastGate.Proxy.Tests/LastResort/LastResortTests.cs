using System.Text.Json;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Answers;
using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.LastResort;

public class LastResortTests
{
    private static readonly AnswerPolicy Manual = new() { Manual = new ManualAnswer(200, "Trouble with {route}: {reason}, see {request_id}. \"Sorry\"") };

    [Fact]
    public async Task Stale_answer_is_given_when_every_target_fails()
    {
        bool down = false;
        using var one = new RepliedUpstream(_ => down ? Reply.Error(503) : Reply.Ok);
        await using Gateway gateway = await StoredAnswerTests.StartAsync(one, new AnswerPolicy { StaleLimit = TimeSpan.FromHours(1) });
        Message first = await gateway.AskAsync(Gateway.Chat());
        Assert.Null((await gateway.AskAsync(Gateway.Chat()))["x-fastgate-cache"]);
        down = true;
        gateway.Time.Advance(TimeSpan.FromMinutes(59));
        Message stale = await gateway.AskAsync(Gateway.Chat());
        Assert.Equal(200, stale.Status);
        Assert.Equal("stale", stale["x-fastgate-cache"]);
        Assert.Equal(first.Body, stale.Body);
        Assert.Contains(gateway.Plane.Metrics.Failovers.Read(), hop => hop is { From: "one/m", To: "cache", Reason: "upstream_total_failure" });

        // To another request there is no answer, nor to this one after an hour.
        Assert.Equal(503, (await gateway.AskAsync(Gateway.Post("""{"model":"chat","messages":[]}"""))).Status);
        gateway.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(503, (await gateway.AskAsync(Gateway.Chat())).Status);
    }

    [Fact]
    public async Task Request_that_is_wrong_itself_gets_its_error()
    {
        using var one = new RepliedUpstream(Reply.Error(400));
        await using Gateway gateway = await StoredAnswerTests.StartAsync(one, Manual);
        Assert.Equal(400, (await gateway.AskAsync(Gateway.Chat())).Status);
        Assert.Equal(404, (await gateway.AskAsync(Gateway.Chat("nobody"))).Status);
    }

    [Fact]
    public async Task Manual_answer_comes_in_the_shape_of_the_surface()
    {
        using var one = new RepliedUpstream(Reply.Error(500));
        await using Gateway gateway = await StoredAnswerTests.StartAsync(one, Manual);
        Message chat = await gateway.AskAsync(Gateway.Chat(lines: "x-request-id: r-1\r\n"));
        Assert.Equal(200, chat.Status);
        const string Text = "Trouble with chat: automation_exhausted, see r-1. \"Sorry\"";
        Assert.Equal(Text, chat.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("1", chat["x-fastgate-attempts"]);
        Assert.Null(chat["x-fastgate-target"]);

        Message stream = await gateway.AskAsync(Gateway.Chat(stream: true, lines: "x-request-id: r-1\r\n"));
        JsonElement[] chunks = [.. StoredAnswerTests.Events(stream.Text).Select(data => JsonDocument.Parse(data).RootElement)];
        Assert.Equal(Text, chunks[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("content").GetString());
        Assert.EndsWith(ScriptedUpstream.Done, stream.Text, StringComparison.Ordinal);

        Message completion = await gateway.AskAsync(Gateway.Post("""{"model":"chat","prompt":"a"}""", "/v1/completions"));
        Assert.StartsWith("Trouble", completion.Json.GetProperty("choices")[0].GetProperty("text").GetString(), StringComparison.Ordinal);

        Message response = await gateway.AskAsync(Gateway.Post("""{"model":"chat","input":"a"}""", "/v1/responses"));
        Assert.StartsWith("Trouble", response.Json.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString(), StringComparison.Ordinal);

        Message embeddings = await gateway.AskAsync(Gateway.Post("""{"model":"chat","input":"a"}""", "/v1/embeddings"));
        Assert.Equal(500, embeddings.Status);
        Assert.Contains(gateway.Plane.Metrics.Failovers.Read(), hop => hop is { To: "manual", Reason: "automation_exhausted" });
    }

    [Fact]
    public async Task Manual_error_has_its_status_everywhere()
    {
        using var one = new RepliedUpstream(Reply.Error(500));
        await using Gateway gateway = await StoredAnswerTests.StartAsync(one, new AnswerPolicy { Manual = new ManualAnswer(503, "Later.") });
        foreach (string path in new[] { "/v1/chat/completions", "/v1/embeddings" })
        {
            Message response = await gateway.AskAsync(Gateway.Post("""{"model":"chat","stream":true,"messages":[]}""", path));
            Assert.Equal(503, response.Status);
            Assert.Equal("Later.", response.Json.GetProperty("error").GetProperty("message").GetString());
            Assert.Equal("automation_exhausted", response.Json.GetProperty("error").GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task Manual_answer_is_not_kept_for_a_key()
    {
        int calls = 0;
        using var one = new RepliedUpstream(_ => calls++ == 0 ? Reply.Error(500) : Reply.Ok);
        await using Gateway gateway = await StoredAnswerTests.StartAsync(one, Manual);
        Message first = await gateway.AskAsync(Gateway.Chat(lines: "idempotency-key: a\r\n"));
        Assert.Null(first["x-fastgate-idempotency"]);
        Message second = await gateway.AskAsync(Gateway.Chat(lines: "idempotency-key: a\r\n"));
        second.IsFrom("one/m", 1, null);
        Assert.Equal("stored", second["x-fastgate-idempotency"]);
    }

    [Fact]
    public async Task Webhook_is_told_the_facts_and_no_key_and_its_text_is_given()
    {
        using var one = new RepliedUpstream(Reply.Error(500, "boom"));
        using var hook = new RepliedUpstream(new Reply(ScriptedUpstream.Json("""{"content":"A person will call you about {route}."}""")));
        await using Gateway gateway = await StoredAnswerTests.StartAsync(one, Manual with { Webhook = Hook(hook, "hook-secret", includeRequest: true) });
        Message response = await gateway.AskAsync(Gateway.Chat(lines: "x-request-id: r-9\r\nauthorization: Bearer client-secret\r\n"));
        Assert.Equal("A person will call you about chat.", response.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString());

        Message asked = hook.Seen.Single();
        Assert.StartsWith("POST /hook HTTP/1.1", asked.StartLine, StringComparison.Ordinal);
        Assert.Equal("Bearer hook-secret", asked["authorization"]);
        Assert.DoesNotContain("secret", asked.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Gateway.ProviderKey, asked.Text, StringComparison.Ordinal);
        JsonElement facts = asked.Json;
        Assert.Equal("chat", facts.GetProperty("route").GetString());
        Assert.Equal("/v1/chat/completions", facts.GetProperty("path").GetString());
        Assert.Equal("r-9", facts.GetProperty("request_id").GetString());
        Assert.Equal("automation_exhausted", facts.GetProperty("reason").GetString());
        Assert.Equal("upstream_5xx", facts.GetProperty("attempts")[0].GetProperty("error").GetString());
        Assert.Equal("hi", facts.GetProperty("request").GetProperty("messages")[0].GetProperty("content").GetString());
        Assert.Contains(gateway.Plane.Metrics.Failovers.Read(), hop => hop is { To: "webhook", Reason: "automation_exhausted" });
    }

    [Fact]
    public async Task Webhook_may_give_the_whole_answer_and_it_becomes_a_stream()
    {
        using var one = new RepliedUpstream(Reply.Error(500));
        using var hook = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await StoredAnswerTests.StartAsync(one, new AnswerPolicy { Webhook = Hook(hook, null) });
        Message response = await gateway.AskAsync(Gateway.Chat(stream: true));
        Assert.Equal("text/event-stream", response["content-type"]);
        Assert.Contains("fine", response.Text, StringComparison.Ordinal);
        Assert.False(hook.Seen.Single().Json.TryGetProperty("request", out _));
        Assert.Null(hook.Seen.Single()["authorization"]);
    }

    [Theory]
    [InlineData(500, "{}")]
    [InlineData(200, "no JSON")]
    [InlineData(200, "[1]")]
    public async Task Webhook_that_fails_leaves_it_to_the_manual_answer(int status, string body)
    {
        using var one = new RepliedUpstream(Reply.Error(500));
        using var hook = new RepliedUpstream(new Reply(ScriptedUpstream.Json(body, $"{status} Said")));
        await using Gateway gateway = await StoredAnswerTests.StartAsync(one, Manual with { Webhook = Hook(hook, null) });
        Assert.Contains("Trouble", (await gateway.AskAsync(Gateway.Chat())).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silent_webhook_is_not_waited_for_beyond_its_time()
    {
        using var one = new RepliedUpstream(Reply.Error(500));
        using var hook = new RepliedUpstream(Reply.Silent);
        await using Gateway gateway = await StoredAnswerTests.StartAsync(one, Manual with { Webhook = Hook(hook, null) });
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        await hook.NextAsync();
        Message response = await gateway.Time.AdvanceUntilAsync(asked, TimeSpan.FromMilliseconds(250));
        Assert.Contains("Trouble", response.Text, StringComparison.Ordinal);
    }

    private static WebhookSettings Hook(RepliedUpstream hook, string? key, bool includeRequest = false) =>
        new(new Uri($"http://{hook.EndPoint}/hook"), TimeSpan.FromSeconds(5), key, includeRequest);
}
