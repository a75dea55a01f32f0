using System.Net;
using System.Net.Sockets;
using FastGate.MockProvider.Tests.Harness;

namespace FastGate.MockProvider.Tests.Behaviours;

/// <summary>The models that fail before any answer.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData("error-500", 500, "server_error", null)]
    [InlineData("error-503", 503, "server_error", "service_unavailable")]
    [InlineData("context-length", 400, "invalid_request_error", "context_length_exceeded")]
    [InlineData("content-policy", 400, "invalid_request_error", "content_policy_violation")]
    [InlineData("bad-key", 401, "invalid_request_error", "invalid_api_key")]
    [InlineData("rate-limit", 429, "requests", "rate_limit_exceeded")]
    [InlineData("flap", 503, "server_error", "service_unavailable")]
    public async Task Model_fails_as_its_name_says_streamed_or_not(string model, int status, string type, string? code)
    {
        await using var mock = new MockClient();

        foreach (string more in (string[])["", ",\"stream\":true"])
        {
            Reply reply = await mock.ChatAsync(model, more: more);

            Assert.Equal((HttpStatusCode)status, reply.Status);
            Assert.Equal("application/json", reply.ContentType);
            Assert.Equal(type, reply.Error.GetProperty("type").GetString());
            Assert.Equal(code, reply.Error.GetProperty("code").GetString());
            Assert.NotEmpty(reply.Error.GetProperty("message").GetString()!);
            Assert.True(reply.Error.TryGetProperty("param", out _));
        }

        Assert.Equal([status, status], mock.Server.Log.Select(call => call.Status));
    }

    [Fact]
    public async Task Rate_limit_says_when_to_come_back()
    {
        await using var mock = new MockClient();

        Reply reply = await mock.ChatAsync("rate-limit");
        Assert.Equal("1", reply.Header("Retry-After"));
        Assert.Equal("0", reply.Header("x-ratelimit-remaining-requests"));
        Assert.Equal("1s", reply.Header("x-ratelimit-reset-requests"));

        reply = await mock.ChatAsync("rate-limit", metadata: "\"mock_retry_after\":\"Wed, 21 Oct 2026 07:28:00 GMT\"");
        Assert.Equal("Wed, 21 Oct 2026 07:28:00 GMT", reply.Header("Retry-After"));

        reply = await mock.ChatAsync("rate-limit", metadata: "\"mock_retry_after\":\"none\"");
        Assert.False(reply.Headers.Contains("Retry-After"));
    }

    [Fact]
    public async Task Azures_filter_can_be_asked_for()
    {
        await using var mock = new MockClient();

        Reply reply = await mock.ChatAsync("content-policy", metadata: "\"mock_code\":\"content_filter\"");

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal("content_filter", reply.Error.GetProperty("code").GetString());
        Assert.Equal("ResponsibleAIPolicyViolation", reply.Error.GetProperty("innererror").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("error-500-once", HttpStatusCode.InternalServerError)]
    [InlineData("rate-limit-once", HttpStatusCode.TooManyRequests)]
    public async Task Once_means_once_until_a_reset(string model, HttpStatusCode first)
    {
        await using var mock = new MockClient();

        Assert.Equal(first, (await mock.ChatAsync(model)).Status);
        Assert.Equal(HttpStatusCode.OK, (await mock.ChatAsync(model)).Status);
        Assert.Equal(HttpStatusCode.OK, (await mock.ChatAsync(model)).Status);

        Assert.Equal(HttpStatusCode.OK, (await mock.PostAsync("/mock/reset", "")).Status);

        Assert.Equal(first, (await mock.ChatAsync(model)).Status);
        Assert.Equal(HttpStatusCode.OK, (await mock.ChatAsync(model)).Status);
    }

    [Fact]
    public async Task Request_the_real_service_would_refuse_does_not_use_up_the_one_failure()
    {
        await using var mock = new MockClient();

        Assert.Equal(HttpStatusCode.BadRequest, (await mock.ChatAsync("error-500-once", more: ",\"temperature\":9")).Status);
        Assert.Equal(HttpStatusCode.InternalServerError, (await mock.ChatAsync("error-500-once")).Status);
    }

    [Fact]
    public async Task Reset_is_an_RST_before_any_byte()
    {
        await using var mock = new MockClient();
        using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);

        await client.SendAsync(RawClient.Post(MockClient.Chat("reset")));

        SocketException exception = await Assert.ThrowsAsync<SocketException>(() => client.ReceiveAsync());
        Assert.Equal(SocketError.ConnectionReset, exception.SocketErrorCode);
        MockCall call = await mock.CallAsync(one => one.Done);
        Assert.Equal(0, call.Status);
        Assert.False(call.Aborted);
    }

    [Fact]
    public async Task Reset_once_resets_one_connection_and_answers_on_the_next()
    {
        await using var mock = new MockClient();
        using (RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint))
        {
            await client.SendAsync(RawClient.Post(MockClient.Chat("reset-once")));
            await Assert.ThrowsAsync<SocketException>(() => client.ReceiveAsync());
        }

        Assert.Equal(HttpStatusCode.OK, (await mock.ChatAsync("reset-once")).Status);
    }

    [Fact]
    public async Task Silent_takes_the_request_and_sends_nothing_until_the_client_leaves()
    {
        await using var mock = new MockClient();
        var client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);
        await client.SendAsync(RawClient.Post(MockClient.Chat("silent")));
        MockCall call = await mock.CallAsync(one => one.Model == "silent");
        Assert.False(call.Done);
        Task<string> receiving = client.ReceiveAsync();
        Assert.False(receiving.IsCompleted);

        client.Dispose();

        call = await mock.CallAsync(one => one.Done);
        Assert.True(call.Aborted);
        Assert.Equal(0, call.Status);
        Assert.Equal(0, call.EventsSent);
    }

    [Fact]
    public async Task Flap_is_down_then_up_then_down_again()
    {
        var time = new ManualTime();
        await using var mock = new MockClient(new MockOptions { TimeProvider = time, FlapPeriod = TimeSpan.FromSeconds(3) });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await mock.ChatAsync("flap")).Status);
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(HttpStatusCode.OK, (await mock.ChatAsync("flap")).Status);
        time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(HttpStatusCode.OK, (await mock.ChatAsync("flap")).Status);
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await mock.ChatAsync("flap")).Status);
        time.Advance(TimeSpan.FromSeconds(3));
        mock.Server.Reset();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await mock.ChatAsync("flap")).Status);
    }

    [Fact]
    public async Task Flap_can_be_down_by_reset()
    {
        await using var mock = new MockClient();
        using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);

        await client.SendAsync(RawClient.Post(MockClient.Chat("flap", metadata: "\"mock_down\":\"reset\"")));

        await Assert.ThrowsAsync<SocketException>(() => client.ReceiveAsync());
    }

    [Fact]
    public async Task No_prefill_refuses_only_a_conversation_that_ends_with_the_assistant()
    {
        await using var mock = new MockClient();

        Assert.Equal(HttpStatusCode.OK, (await mock.ChatAsync("no-prefill")).Status);
        Reply reply = await mock.PostAsync(
            "/v1/chat/completions", """{"model":"no-prefill","messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"well"}]}""");

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal("messages", reply.Error.GetProperty("param").GetString());
        Assert.Contains("prefill", reply.Error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fault_rate_is_the_same_for_the_same_seed_and_about_what_was_asked()
    {
        var seen = new List<string>();
        for (int run = 0; run < 2; run++)
        {
            await using var mock = new MockClient(new MockOptions { FaultRate = 0.3, Seed = 42, Tokens = 1 });
            var outcomes = new List<string>();
            for (int i = 0; i < 200; i++)
            {
                try
                {
                    outcomes.Add((await mock.ChatAsync("ok")).Status.ToString());
                }
                catch (HttpRequestException)
                {
                    outcomes.Add("broken");
                }
            }

            seen.Add(string.Join(' ', outcomes));
            Assert.InRange(outcomes.Count(outcome => outcome != "OK"), 40, 80);
            Assert.True(outcomes.Distinct().Count() >= 4, string.Join(' ', outcomes.Distinct()));
        }

        Assert.Equal(seen[0], seen[1]);
    }

    [Fact]
    public async Task Named_failures_do_not_depend_on_the_fault_rate()
    {
        await using var mock = new MockClient(new MockOptions { FaultRate = 1 });

        Assert.Equal(HttpStatusCode.InternalServerError, (await mock.ChatAsync("error-500")).Status);
        Assert.Equal(HttpStatusCode.OK, (await mock.ChatAsync("no-prefill")).Status);
    }
}
