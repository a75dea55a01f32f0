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
}
