using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using FastGate.MockProvider.Tests.Harness;

namespace FastGate.MockProvider.Tests.Behaviours;

/// <summary>The models whose answers arrive late, in part or damaged.</summary>
public sealed class DeliveryTests
{
    private const string Streamed = ",\"stream\":true";

    [Fact]
    public async Task Ok_slow_waits_for_the_head_and_between_tokens()
    {
        var time = new ManualTime();
        await using var mock = new MockClient(new MockOptions { TimeProvider = time, Tokens = 3 });

        Task<Reply> answering = mock.ChatAsync("ok-slow", more: Streamed);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(0, mock.Server.Log[0].Status);
        time.Advance(TimeSpan.FromSeconds(1));
        for (int between = 0; between < 2; between++)
        {
            await time.WaitForTimerAsync(TimeSpan.FromMilliseconds(50));
            Assert.Equal(2 + between, mock.Server.Log[0].EventsSent);
            time.Advance(TimeSpan.FromMilliseconds(50));
        }

        Reply reply = await answering;
        Assert.Equal(6, reply.Events.Count);
        MockCall call = await mock.CallAsync(one => one.Done);
        Assert.Equal(TimeSpan.FromMilliseconds(1100), call.Duration);
    }

    [Fact]
    public async Task Latency_and_token_interval_shape_the_healthy_models()
    {
        var time = new ManualTime();
        await using var mock = new MockClient(new MockOptions
        {
            TimeProvider = time,
            Tokens = 2,
            Latency = TimeSpan.FromMilliseconds(700),
            TokenInterval = TimeSpan.FromMilliseconds(30),
        });

        foreach (string model in (string[])["ok", "ok-slow"])
        {
            Task<Reply> answering = mock.ChatAsync(model, more: Streamed);
            await time.WaitForTimerAsync(TimeSpan.FromMilliseconds(700));
            time.Advance(TimeSpan.FromMilliseconds(700));
            await time.WaitForTimerAsync(TimeSpan.FromMilliseconds(30));
            time.Advance(TimeSpan.FromMilliseconds(30));
            Assert.Equal("[DONE]", (await answering).Events[^1].Data);
        }
    }

    [Fact]
    public async Task Delay_can_be_put_before_any_outcome()
    {
        var time = new ManualTime();
        await using var mock = new MockClient(new MockOptions { TimeProvider = time });

        Task<Reply> answering = mock.ChatAsync("error-503", metadata: "\"mock_delay_ms\":\"250\"");
        await time.WaitForTimerAsync(TimeSpan.FromMilliseconds(250));
        Assert.False(answering.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(250));

        Reply reply = await answering;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.Status);
        Assert.Equal("251", reply.Header("openai-processing-ms"));
    }

    [Fact]
    public async Task Slow_head_comes_byte_by_byte()
    {
        var time = new ManualTime();
        await using var mock = new MockClient(new MockOptions { TimeProvider = time });
        using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);

        await client.SendAsync(RawClient.Post(MockClient.Chat("slow-head")));

        foreach (char expected in "HTTP/1.1 200 OK\r\n")
        {
            await time.WaitForTimerAsync(TimeSpan.FromMilliseconds(100));
            Assert.Equal(expected.ToString(), await client.ReceiveAsync());
            time.Advance(TimeSpan.FromMilliseconds(100));
        }
    }

    [Fact]
    public async Task Slow_first_token_sends_the_head_and_then_nothing_for_long()
    {
        var time = new ManualTime();
        await using var mock = new MockClient(new MockOptions { TimeProvider = time });

        using HttpResponseMessage response = await mock.BeginAsync(MockClient.Chat("slow-first-token", more: Streamed));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(0, mock.Server.Log[0].EventsSent);
        time.Advance(TimeSpan.FromSeconds(10));

        Reply reply = await Reply.ReadAsync(response);
        Assert.Equal("[DONE]", reply.Events[^1].Data);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public async Task Cut_stream_ends_with_FIN_after_exactly_that_many_events(int events)
    {
        await using var mock = new MockClient();
        using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);

        await client.SendAsync(RawClient.Post(MockClient.Chat("cut-stream", more: Streamed, metadata: $"\"mock_cut_after\":\"{events}\"")));

        string received = await client.ReceiveToEndAsync();
        Assert.Equal(events, received.Split("data: ").Length - 1);
        Assert.DoesNotContain("\"finish_reason\":\"", received, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\n0\r\n", received, StringComparison.Ordinal);
        MockCall call = await mock.CallAsync(one => one.Done);
        Assert.Equal(events, call.EventsSent);
        Assert.False(call.Aborted);
    }

    [Fact]
    public async Task Cut_stream_cuts_in_the_middle_of_the_content_and_never_after_the_finish()
    {
        await using var mock = new MockClient();
        foreach ((string metadata, int events) in ((string, int)[])[("", 1 + 16), ("\"mock_cut_after\":\"999\"", 1 + 32)])
        {
            mock.Server.Reset();
            using HttpResponseMessage response = await mock.BeginAsync(MockClient.Chat("cut-stream", more: Streamed, metadata: metadata));
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => Reply.ReadAsync(response));
            Assert.Equal(events, (await mock.CallAsync(one => one.Done)).EventsSent);
        }
    }

    [Fact]
    public async Task Cut_stream_can_end_with_RST()
    {
        await using var mock = new MockClient();
        using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);
        await client.SendAsync(RawClient.Post(MockClient.Chat("cut-stream", more: Streamed, metadata: "\"mock_end\":\"rst\"")));

        SocketException exception = await Assert.ThrowsAsync<SocketException>(client.ReceiveToEndAsync);

        Assert.Equal(SocketError.ConnectionReset, exception.SocketErrorCode);
    }

    [Fact]
    public async Task Cut_stream_can_look_whole_to_HTTP()
    {
        await using var mock = new MockClient();

        Reply reply = await mock.ChatAsync("cut-stream", more: Streamed, metadata: "\"mock_end\":\"end\",\"mock_cut_after\":\"3\"");

        Assert.Equal(3, reply.Events.Count);
    }

    [Fact]
    public async Task Cut_unary_answer_breaks_off_in_the_body()
    {
        await using var mock = new MockClient();
        using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);
        await client.SendAsync(RawClient.Post(MockClient.Chat("cut-stream")));

        string received = await client.ReceiveToEndAsync();

        string[] parts = received.Split("\r\n\r\n", 2);
        int promised = int.Parse(parts[0].Split("Content-Length: ")[1].Split("\r\n")[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(promised / 2, parts[1].Length);
    }

    [Fact]
    public async Task Stalled_stream_sends_some_tokens_then_only_comments()
    {
        var time = new ManualTime();
        await using var mock = new MockClient(new MockOptions { TimeProvider = time });
        var client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);
        await client.SendAsync(RawClient.Post(MockClient.Chat("stall-stream", more: Streamed, metadata: "\"mock_stall_after\":\"4\"")));
        await time.WaitForTimerAsync(TimeSpan.FromSeconds(1));
        string received = await client.ReceiveUntilAsync("\n\n\r\n");
        for (int ping = 0; ping < 2; ping++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            received += await client.ReceiveUntilAsync(": ping\n\n\r\n");
            await time.WaitForTimerAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(4, received.Split("data: ").Length - 1);
        client.Dispose();
        MockCall call = await mock.CallAsync(one => one.Done);
        Assert.True(call.Aborted);
        Assert.Equal(4, call.EventsSent);
    }

    [Fact]
    public async Task Malformed_event_comes_between_good_ones()
    {
        await using var mock = new MockClient();
        string whole = (await mock.ChatAsync("ok")).Text;

        Reply reply = await mock.ChatAsync("malformed-event", more: Streamed, metadata: "\"mock_malformed_at\":\"7\"");

        List<SseEvent> events = reply.Events;
        Assert.ThrowsAny<JsonException>(() => events[7].Json);
        events.RemoveAt(7);
        Assert.Equal(whole, SseEvent.TextOf(events));
        Assert.Equal("[DONE]", events[^1].Data);
    }

    [Fact]
    public async Task Malformed_unary_answer_is_broken_JSON_in_a_whole_body()
    {
        await using var mock = new MockClient();

        Reply reply = await mock.ChatAsync("malformed-event");

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.ThrowsAny<JsonException>(() => reply.Json);
    }

    [Fact]
    public async Task No_done_finishes_without_the_end_marker_and_closes()
    {
        await using var mock = new MockClient();
        using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint);
        await client.SendAsync(RawClient.Post(MockClient.Chat("no-done", more: Streamed)));

        string received = await client.ReceiveToEndAsync();

        Assert.Contains("\"finish_reason\":\"stop\"", received, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", received, StringComparison.Ordinal);
        Assert.EndsWith("\r\n0\r\n\r\n", received, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_done_can_stay_open_after_the_finish()
    {
        await using var mock = new MockClient();
        using HttpResponseMessage response = await mock.BeginAsync(MockClient.Chat("no-done", more: Streamed, metadata: "\"mock_end\":\"hang\""));
        MockCall call = await mock.CallAsync(one => one.EventsSent == 34);
        Assert.False(call.Done);

        response.Dispose();

        Assert.True((await mock.CallAsync(one => one.Done)).Aborted);
    }

    [Fact]
    public async Task Client_that_cancels_a_stream_is_seen_at_once()
    {
        var time = new ManualTime();
        await using var mock = new MockClient(new MockOptions { TimeProvider = time, TokenInterval = TimeSpan.FromHours(1) });
        HttpResponseMessage response = await mock.BeginAsync(MockClient.Chat("ok", more: Streamed));
        await time.WaitForTimerAsync(TimeSpan.FromHours(1));

        response.Dispose();

        MockCall call = await mock.CallAsync(one => one.Done);
        Assert.True(call.Aborted);
        Assert.Equal(2, call.EventsSent);
        Assert.Equal(200, call.Status);
    }

    [Fact]
    public async Task Reader_that_does_not_read_holds_the_writer_back()
    {
        const int Tokens = 60_000;
        await using var mock = new MockClient();
        using RawClient client = await RawClient.ConnectAsync(mock.Server.BoundEndpoint, receiveBuffer: 4096);
        await client.SendAsync(RawClient.Post(MockClient.Chat("ok", more: Streamed, metadata: $"\"mock_tokens\":\"{Tokens}\"")));
        await mock.CallAsync(one => one.EventsSent > 0);

        // The kernel's buffers take a part of these 13 MB; the writer is held at that point until someone reads.
        Assert.False(mock.Server.Log[0].Done);
        string received = await client.ReceiveUntilAsync("\r\n0\r\n\r\n");

        MockCall call = await mock.CallAsync(one => one.Done);
        Assert.Equal(Tokens + 3, call.EventsSent);
        Assert.False(call.Aborted);
        Assert.Equal(Tokens + 3, received.Split("data: ").Length - 1);
    }
}
