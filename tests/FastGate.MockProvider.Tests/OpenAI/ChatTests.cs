using System.Net;
using System.Text.Json;
using FastGate.MockProvider.Tests.Harness;

namespace FastGate.MockProvider.Tests.OpenAI;

public sealed class ChatTests
{
    [Fact]
    public async Task Answer_has_the_shape_of_a_chat_completion()
    {
        await using var mock = new MockClient(new MockOptions { Name = "alpha" });

        Reply reply = await mock.ChatAsync("ok");

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("application/json", reply.ContentType);
        Assert.Equal("chat.completion", reply.Json.GetProperty("object").GetString());
        Assert.StartsWith("chatcmpl-alpha", reply.Json.GetProperty("id").GetString(), StringComparison.Ordinal);
        Assert.Equal("fp_alpha", reply.Json.GetProperty("system_fingerprint").GetString());
        Assert.Equal("ok", reply.Json.GetProperty("model").GetString());
        Assert.Equal("assistant", reply.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("role").GetString());
        Assert.Equal("stop", reply.FinishReason);
        JsonElement usage = reply.Json.GetProperty("usage");
        Assert.Equal(32, usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal(usage.GetProperty("total_tokens").GetInt32(), usage.GetProperty("prompt_tokens").GetInt32() + 32);
        Assert.Equal(0, usage.GetProperty("prompt_tokens_details").GetProperty("cached_tokens").GetInt32());
        Assert.StartsWith("req_", reply.Header("x-request-id"), StringComparison.Ordinal);
        Assert.Equal("499", reply.Header("x-ratelimit-remaining-requests"));
        Assert.Equal("org-alpha", reply.Header("openai-organization"));
    }

    [Fact]
    public async Task Stream_carries_the_same_text_in_one_event_a_token()
    {
        await using var mock = new MockClient();
        string whole = (await mock.ChatAsync("ok", "tell me")).Text;

        Reply reply = await mock.ChatAsync("ok", "tell me", ",\"stream\":true");

        Assert.Equal("text/event-stream; charset=utf-8", reply.ContentType);
        List<SseEvent> events = reply.Events;
        Assert.Equal("[DONE]", events[^1].Data);
        Assert.Equal(whole, SseEvent.TextOf(events));
        Assert.Equal(1 + 32 + 1 + 1, events.Count);
        Assert.Equal("assistant", events[0].Json.GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString());
        Assert.All(events[..^2], one => Assert.Equal(JsonValueKind.Null, one.Json.GetProperty("choices")[0].GetProperty("finish_reason").ValueKind));
        Assert.Equal("stop", events[^2].Json.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Single(events[..^1].Select(one => one.Json.GetProperty("id").GetString()).Distinct());
        Assert.All(events[..^1], one => Assert.Equal("chat.completion.chunk", one.Json.GetProperty("object").GetString()));
        MockCall call = await mock.CallAsync(one => one.Done && one.Stream);
        Assert.Equal(events.Count, call.EventsSent);
    }

    [Fact]
    public async Task Same_conversation_gets_the_same_words_from_any_provider_and_another_gets_others()
    {
        await using var one = new MockClient(new MockOptions { Name = "one" });
        await using var two = new MockClient(new MockOptions { Name = "two", Seed = 9 });

        string first = (await one.ChatAsync("ok", "why?")).Text;

        Assert.Equal(first, (await two.ChatAsync("no-prefill", "why?")).Text);
        Assert.NotEqual(first, (await one.ChatAsync("ok", "how?")).Text);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("two\nlines, \"quotes\" and \\ slashes")]
    [InlineData("é, 漢字 and 👩‍🚀 🏳️‍🌈 in it")]
    public async Task Echo_is_exact_streamed_or_not(string text)
    {
        await using var mock = new MockClient();

        Assert.Equal(text, (await mock.ChatAsync("ok", "echo: " + text)).Text);
        Assert.Equal(text, SseEvent.TextOf((await mock.ChatAsync("ok", "echo: " + text, ",\"stream\":true")).Events));
    }

    [Fact]
    public async Task Usage_comes_last_when_asked_for_and_as_null_before()
    {
        await using var mock = new MockClient();

        List<SseEvent> events = (await mock.ChatAsync("ok", more: ",\"stream\":true,\"stream_options\":{\"include_usage\":true}")).Events;

        Assert.All(events[..^2], one => Assert.Equal(JsonValueKind.Null, one.Json.GetProperty("usage").ValueKind));
        Assert.Equal(0, events[^2].Json.GetProperty("choices").GetArrayLength());
        Assert.Equal(32, events[^2].Json.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        events = (await mock.ChatAsync("ok", more: ",\"stream\":true")).Events;
        Assert.All(events[..^1], one => Assert.False(one.Json.TryGetProperty("usage", out _)));
    }

    [Fact]
    public async Task Several_choices_differ_and_take_turns_in_a_stream()
    {
        await using var mock = new MockClient();
        Reply whole = await mock.ChatAsync("ok", more: ",\"n\":3");
        string[] texts = [.. whole.Json.GetProperty("choices").EnumerateArray().Select(choice => choice.GetProperty("message").GetProperty("content").GetString()!)];
        Assert.Equal(3, texts.Distinct().Count());
        Assert.Equal(96, whole.Json.GetProperty("usage").GetProperty("completion_tokens").GetInt32());

        List<SseEvent> events = (await mock.ChatAsync("ok", more: ",\"n\":3,\"stream\":true")).Events;

        Assert.Equal(texts, Enumerable.Range(0, 3).Select(choice => SseEvent.TextOf(events, choice)));
        Assert.Equal([0, 1, 2, 0, 1, 2], events[..6].Select(one => one.Json.GetProperty("choices")[0].GetProperty("index").GetInt32()));
    }

    [Fact]
    public async Task Limit_cuts_the_same_answer_short()
    {
        await using var mock = new MockClient();
        string whole = (await mock.ChatAsync("ok")).Text;

        foreach (string field in (string[])["max_tokens", "max_completion_tokens"])
        {
            Reply reply = await mock.ChatAsync("ok", more: $",\"{field}\":5");
            Assert.Equal("length", reply.FinishReason);
            Assert.StartsWith(reply.Text, whole, StringComparison.Ordinal);
            Assert.Equal(5, reply.Json.GetProperty("usage").GetProperty("completion_tokens").GetInt32());
        }

        Assert.Equal("stop", (await mock.ChatAsync("ok", more: ",\"max_tokens\":32")).FinishReason);
    }

    [Theory]
    [InlineData("\"stop\":\" three\"", "one two")]
    [InlineData("\"stop\":[\"four\",\"two\"]", "one ")]
    [InlineData("\"stop\":\"nowhere\"", "one two three four")]
    public async Task Stop_sequence_ends_the_answer_before_itself(string stop, string expected)
    {
        await using var mock = new MockClient();

        Reply reply = await mock.ChatAsync("ok", "echo: one two three four", "," + stop);

        Assert.Equal(expected, reply.Text);
        Assert.Equal("stop", reply.FinishReason);
    }

    [Theory]
    [InlineData("[{'role':'user','content':'Q'},{'role':'assistant','content':'PREFIX'}]", 0)]
    [InlineData("[{'role':'user','content':'Q'},{'role':'assistant','content':'PREFIX'},{'role':'user','content':'please go on'}]", 0)]
    [InlineData("[{'role':'user','content':'Q'},{'role':'assistant','content':'PREFIX'}]", 6)]
    public async Task Answer_already_begun_is_continued(string messages, int overlap)
    {
        await using var mock = new MockClient();
        string whole = (await mock.ChatAsync("ok", "Q")).Text;
        string prefix = whole[..40];
        string body = messages.Replace('\'', '"').Replace("PREFIX", prefix, StringComparison.Ordinal);

        Reply reply = await mock.PostAsync(
            "/v1/chat/completions", $$$"""{"model":"ok","messages":{{{body}}},"metadata":{"mock_overlap":"{{{overlap}}}"}}""");

        Assert.Equal(whole[(40 - overlap)..], reply.Text);
    }

    [Fact]
    public async Task Unrelated_assistant_words_are_not_continued()
    {
        await using var mock = new MockClient();
        string whole = (await mock.ChatAsync("ok", "Q")).Text;

        Reply reply = await mock.PostAsync(
            "/v1/chat/completions",
            """{"model":"ok","messages":[{"role":"user","content":"A"},{"role":"assistant","content":"never said"},{"role":"user","content":"Q"}]}""");

        Assert.Equal(whole, reply.Text);
    }

    [Fact]
    public async Task Logprobs_cover_every_token()
    {
        await using var mock = new MockClient();

        Reply reply = await mock.ChatAsync("ok", more: ",\"logprobs\":true,\"top_logprobs\":2");
        JsonElement content = reply.Json.GetProperty("choices")[0].GetProperty("logprobs").GetProperty("content");

        Assert.Equal(reply.Text, string.Concat(content.EnumerateArray().Select(one => one.GetProperty("token").GetString())));
        Assert.All(content.EnumerateArray(), one => Assert.Equal(2, one.GetProperty("top_logprobs").GetArrayLength()));
    }

    [Fact]
    public async Task Images_are_accepted_beside_text()
    {
        await using var mock = new MockClient();

        Reply reply = await mock.PostAsync(
            "/v1/chat/completions",
            """
            {"model":"ok","messages":[{"role":"user","content":[{"type":"text","text":"echo: seen"},
            {"type":"image_url","image_url":{"url":"https://example.com/a.png","detail":"low"}},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}
            """);

        Assert.Equal("seen", reply.Text);
    }
}
