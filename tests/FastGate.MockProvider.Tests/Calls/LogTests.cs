using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FastGate.MockProvider.Tests.Harness;

namespace FastGate.MockProvider.Tests.Calls;

public sealed class LogTests
{
    [Fact]
    public async Task Log_tells_of_each_call_what_came_and_what_went()
    {
        var time = new ManualTime();
        await using var mock = new MockClient(new MockOptions { TimeProvider = time });
        string body = MockClient.Chat("ok", more: ",\"stream\":true");
        await mock.PostAsync("/v1/chat/completions", body);
        await mock.GetAsync("/v1/models");
        await mock.Server.WaitForLogAsync(log => log.Count == 2 && log.All(call => call.Done)).WaitAsync(Patience.Limit);

        Reply reply = await mock.GetAsync("/mock/log");

        Assert.Equal("application/json", reply.ContentType);
        JsonElement[] calls = [.. reply.Json.EnumerateArray()];
        Assert.Equal(2, calls.Length);
        Assert.Equal(1, calls[0].GetProperty("n").GetInt64());
        Assert.Equal(time.GetUtcNow(), calls[0].GetProperty("time").GetDateTimeOffset());
        Assert.Equal("POST", calls[0].GetProperty("method").GetString());
        Assert.Equal("/v1/chat/completions", calls[0].GetProperty("path").GetString());
        Assert.Equal("ok", calls[0].GetProperty("model").GetString());
        Assert.True(calls[0].GetProperty("stream").GetBoolean());
        Assert.Equal(200, calls[0].GetProperty("status").GetInt32());
        Assert.Equal(35, calls[0].GetProperty("events_sent").GetInt32());
        Assert.False(calls[0].GetProperty("aborted").GetBoolean());
        Assert.True(calls[0].GetProperty("done").GetBoolean());
        Assert.Equal(0, calls[0].GetProperty("duration_ms").GetDouble());
        Assert.Equal(1, calls[0].GetProperty("connection").GetInt64());
        Assert.Equal(body.Length, calls[0].GetProperty("body_bytes").GetInt32());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body))), calls[0].GetProperty("body_sha256").GetString());
        Assert.Equal("/v1/models", calls[1].GetProperty("path").GetString());
        Assert.Equal(JsonValueKind.Null, calls[1].GetProperty("model").ValueKind);
        Assert.Equal(body, Encoding.UTF8.GetString(mock.Server.Log[0].Body.Span));
    }

    [Theory]
    [InlineData("Authorization", "Bearer sk-secret-key-abcd", "Bearer ****abcd")]
    [InlineData("Authorization", "Bearer abc", "Bearer ****")]
    [InlineData("x-api-key", "sk-secret-key-abcd", "****abcd")]
    [InlineData("API-KEY", "0123456789", "****6789")]
    [InlineData("x-custom", "plain", "plain")]
    public async Task Log_shows_headers_but_of_keys_only_the_end(string name, string value, string shown)
    {
        await using var mock = new MockClient();
        mock.Http.DefaultRequestHeaders.Remove("Authorization");
        mock.Http.DefaultRequestHeaders.TryAddWithoutValidation(name, value);

        await mock.ChatAsync("ok");

        Reply log = await mock.GetAsync("/mock/log");
        JsonElement header = Assert.Single(log.Json[0].GetProperty("headers").EnumerateArray(), one => one.GetProperty("name").GetString() == name);
        Assert.Equal(shown, header.GetProperty("value").GetString());
    }

    [Fact]
    public async Task Idle_is_answered_when_no_call_is_under_way_with_the_sums()
    {
        await using var mock = new MockClient();
        await mock.ChatAsync("ok");
        await mock.ChatAsync("error-500");
        using HttpResponseMessage response = await mock.BeginAsync(MockClient.Chat("stall-stream", more: ",\"stream\":true"));
        await mock.CallAsync(call => call.Model == "stall-stream" && call.EventsSent > 0);
        Task<Reply> idle = mock.GetAsync("/mock/idle");
        await mock.ChatAsync("ok");
        Assert.False(idle.IsCompleted);

        response.Dispose();

        JsonElement sums = (await idle).Json;
        Assert.Equal(4, sums.GetProperty("calls").GetInt32());
        Assert.Equal(2, sums.GetProperty("completed").GetInt32());
        Assert.Equal(1, sums.GetProperty("aborted").GetInt32());
        Assert.True(sums.GetProperty("connections").GetInt32() >= 1);
    }

    [Fact]
    public async Task Reset_forgets_and_counts_from_one()
    {
        await using var mock = new MockClient();
        await mock.ChatAsync("ok");
        await mock.ChatAsync("ok");
        Assert.Equal(2, mock.Server.Log[^1].Number);

        await mock.PostAsync("/mock/reset", "");
        Assert.Empty(mock.Server.Log);
        await mock.ChatAsync("ok");

        Assert.Equal(1, Assert.Single(mock.Server.Log).Number);
    }

    [Fact]
    public async Task Log_is_bounded_and_loses_the_oldest()
    {
        await using var mock = new MockClient(new MockOptions { LogCapacity = 3 });
        for (int i = 0; i < 5; i++)
        {
            await mock.ChatAsync("ok");
        }

        Assert.Equal([3, 4, 5], mock.Server.Log.Select(call => call.Number));
    }

    [Fact]
    public async Task Wait_ends_with_what_is_there_or_comes_and_can_be_cancelled()
    {
        await using var mock = new MockClient();
        using var cancel = new CancellationTokenSource();
        Task<MockCall> never = mock.Server.WaitForAsync(call => call.Model == "nobody", cancel.Token);
        Task<MockCall> coming = mock.Server.WaitForAsync(call => call.Model == "error-503" && call.Done);
        Assert.False(coming.IsCompleted);

        await mock.ChatAsync("error-503");

        Assert.Equal(503, (await coming.WaitAsync(Patience.Limit)).Status);
        Assert.True(mock.Server.WaitForAsync(call => call.Model == "error-503").IsCompletedSuccessfully);
        Assert.False(never.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => never);
    }

    [Fact]
    public async Task Fault_of_a_predicate_goes_to_who_waits_and_not_to_the_call()
    {
        await using var mock = new MockClient();
        Task<MockCall> waiting = mock.Server.WaitForAsync(call => throw new InvalidOperationException("mine"));

        Assert.Equal(HttpStatusCode.OK, (await mock.ChatAsync("ok")).Status);

        Assert.Equal("mine", (await Assert.ThrowsAsync<InvalidOperationException>(() => waiting)).Message);
    }

    [Fact]
    public async Task Own_paths_are_not_logged_and_checked_for_their_method()
    {
        await using var mock = new MockClient();

        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await mock.GetAsync("/mock/reset")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await mock.GetAsync("/mock/else")).Status);

        Assert.Empty(mock.Server.Log);
    }
}
