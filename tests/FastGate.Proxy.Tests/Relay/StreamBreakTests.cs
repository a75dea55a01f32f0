using System.Text;
using System.Text.Json;
using FastGate.MockProvider;
using FastGate.Proxy.Tests.Harness;
using static FastGate.Proxy.Tests.Harness.ScriptedUpstream;

namespace FastGate.Proxy.Tests.Relay;

/// <summary>Streams that break: a clean error before the first content, one error event and no semblance of an end after it.</summary>
public sealed class StreamBreakTests
{
    public static TheoryData<string, string> Cuts => new()
    {
        { "end", LastChunk },
        { "fin", "" },
        { "rst", "" },
        { "garbage", "zz\r\n" },
        { "half an event", Chunk(Event[..40]) },
        { "end mark in a half line", Chunk("data: [DO") },
        { "error event", Chunk("data: {\"error\":{\"message\":\"The engine fell over.\",\"type\":\"server_error\"}}\n\n") },
    };

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Stream_cut_after_content_never_looks_complete(string how, string rest)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        (Wire client, Wire wire) = await StreamRelayTests.BeginAsync(gateway, upstream);
        await wire.SendAsync(StreamHead + Chunk(Start + Event));
        await Message.ReadHeadAsync(client);
        Assert.Equal(Start + Event, await StreamRelayTests.ReadChunksAsync(client, (Start + Event).Length));
        await wire.SendAsync(rest);
        if (how == "rst")
        {
            wire.Reset();
        }
        else if (how is not ("garbage" or "error event"))
        {
            wire.EndSending();
        }

        string message = await IsInterruptedAsync(client);
        Assert.Equal(how == "error event", message.Contains("The engine fell over.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(": ping\n\n")]
    [InlineData("data: {\"type\":\"ping\"}\n\n")]
    [InlineData("data: {\"id\":\"c\",\"choices\":[]}\n\n")]
    public async Task Stall_interrupts_and_pings_are_not_life(string ping)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, provider => provider with { Timeouts = Gateway.Patient with { Stall = TimeSpan.FromSeconds(15) } });
        (Wire client, Wire wire) = await StreamRelayTests.BeginAsync(gateway, upstream);
        await wire.SendAsync(StreamHead + Chunk(Event));
        await Message.ReadHeadAsync(client);
        await Message.ReadChunkAsync(client);
        string text;
        int comments = 0;
        do
        {
            // Each comment has come through before the clock goes on, so none can have been missed.
            Assert.True(comments++ < 1000, "The stream never stalled.");
            gateway.Time.Advance(TimeSpan.FromSeconds(1));
            if (wire.Socket.Connected)
            {
                await wire.SendAsync(Chunk(ping)).ContinueWith(_ => { }, TaskScheduler.Default);
            }

            text = Encoding.UTF8.GetString(await Message.ReadChunkAsync(client));
        }
        while (text == ping);

        Assert.InRange(comments, 14, 20);
        Assert.Contains("stream_interrupted", text, StringComparison.Ordinal);
        Assert.Contains("fell silent for 15 s", text, StringComparison.Ordinal);
        await client.ExpectEndAsync();
        await wire.ExpectEndAsync();
    }

    [Fact]
    public async Task Total_time_interrupts_a_stream_that_goes_on_and_on()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, provider => provider with { Timeouts = Gateway.Patient with { Total = TimeSpan.FromMinutes(10) } });
        (Wire client, Wire wire) = await StreamRelayTests.BeginAsync(gateway, upstream);
        await wire.SendAsync(StreamHead + Chunk(Event));
        await Message.ReadHeadAsync(client);
        await Message.ReadChunkAsync(client);

        byte[] last = await gateway.Time.AdvanceUntilAsync(Message.ReadChunkAsync(client), TimeSpan.FromMinutes(1));

        Assert.Contains("timeouts.total", Encoding.UTF8.GetString(last), StringComparison.Ordinal);
        await client.ExpectEndAsync();
    }

    [Theory]
    [InlineData("{\"error\":{\"message\":\"The engine fell over.\",\"type\":\"server_error\"}}")]
    [InlineData("{\"error\":\"The engine fell over.\"}")]
    public async Task Error_event_before_content_is_a_bad_gateway_with_its_message(string data)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        (Wire client, Wire wire) = await StreamRelayTests.BeginAsync(gateway, upstream);
        await wire.SendAsync(StreamHead + Chunk(Start + $"data: {data}\n\n") + LastChunk);

        JsonElement error = (await Message.ReadResponseAsync(client)).IsError(502, "upstream_error");
        Assert.Contains("The engine fell over.", error.GetProperty("message").GetString()!, StringComparison.Ordinal);
        await client.SendAsync(Gateway.Get("/-/health"));
        Assert.Equal(200, (await Message.ReadResponseAsync(client)).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}\n\n")]
    [InlineData(": only a comment\n\n")]
    public async Task Stream_that_ends_before_content_is_a_bad_gateway(string events)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        (Wire client, Wire wire) = await StreamRelayTests.BeginAsync(gateway, upstream);
        await wire.SendAsync(StreamHead + (events.Length > 0 ? Chunk(events) : "") + LastChunk);

        (await Message.ReadResponseAsync(client)).IsError(502, "upstream_error");
    }

    [Fact]
    public async Task Event_without_end_is_a_bad_gateway()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        (Wire client, Wire wire) = await StreamRelayTests.BeginAsync(gateway, upstream);
        await wire.SendAsync(StreamHead);
        string piece = Chunk(new string('x', 60_000));
        Task<Message> response = Message.ReadResponseAsync(client);
        for (int i = 0; i < 2000 && !response.IsCompleted; i++)
        {
            try
            {
                await wire.SendAsync(piece);
            }
            catch (IOException)
            {
                // The gateway has closed the connection.
                break;
            }
        }

        (await response).IsError(502, "upstream_error");
    }

    [Fact]
    public async Task Broken_responses_stream_ends_as_its_grammar_ends_badly()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Post("{\"model\":\"chat\",\"stream\":true,\"input\":\"hi\"}", "/v1/responses"));
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        string created = StreamRelayTests.Typed("response.created", "\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"status\":\"in_progress\"}");
        await wire.SendAsync(StreamHead + Chunk(created + StreamRelayTests.Typed("response.output_text.delta", "\"sequence_number\":1,\"delta\":\"Hi\"")) + LastChunk);
        await Message.ReadHeadAsync(client);
        await Message.ReadChunkAsync(client);
        await Message.ReadChunkAsync(client);

        string text = Encoding.UTF8.GetString(await Message.ReadChunkAsync(client));

        Assert.StartsWith("event: response.failed\ndata: {", text, StringComparison.Ordinal);
        JsonElement failed = JsonDocument.Parse(text["event: response.failed\ndata: ".Length..]).RootElement;
        Assert.Equal(("response.failed", 2), (failed.GetProperty("type").GetString(), failed.GetProperty("sequence_number").GetInt32()));
        JsonElement response = failed.GetProperty("response");
        Assert.Equal(("resp_1", "failed"), (response.GetProperty("id").GetString(), response.GetProperty("status").GetString()));
        Assert.Equal("stream_interrupted", response.GetProperty("error").GetProperty("code").GetString());
        await Assert.ThrowsAsync<EndOfStreamException>(() => Message.ReadChunkAsync(client));
    }

    [Fact]
    public async Task Failed_response_before_content_is_a_bad_gateway()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Post("{\"model\":\"chat\",\"stream\":true,\"input\":\"hi\"}", "/v1/responses"));
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(StreamHead + Chunk(StreamRelayTests.Typed("response.failed", "\"response\":{\"error\":{\"code\":\"server_error\",\"message\":\"No.\"}}")) + LastChunk);

        (await Message.ReadResponseAsync(client)).IsError(502, "upstream_error");
    }

    [Fact]
    public async Task Client_of_http_1_0_gets_the_error_event_too()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        const string Body = "{\"model\":\"chat\",\"stream\":true}";
        await client.SendAsync($"POST /v1/chat/completions HTTP/1.0\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(StreamHead + Chunk(Event) + LastChunk);

        Message response = await Message.ReadResponseAsync(client);

        Assert.StartsWith(Event, response.Text, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"stream_interrupted\"", response.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", response.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cut-stream")]
    [InlineData("stall-stream")]
    public async Task Broken_stream_of_the_scripted_provider_never_looks_complete(string model)
    {
        await using MockServer mock = new MockServer(new MockOptions()).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock, provider => provider with { Timeouts = Gateway.Patient with { Stall = TimeSpan.FromSeconds(15) } });
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat("up/" + model, stream: true));
        await Message.ReadHeadAsync(client);

        string text = await gateway.Time.AdvanceUntilAsync(client.ReadToEndAsync(), TimeSpan.FromSeconds(1));

        Assert.Contains("\"code\":\"stream_interrupted\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\"finish_reason\":\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\n0\r\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_that_leaves_cancels_the_upstream(bool reset)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        (Wire client, Wire wire) = await StreamRelayTests.BeginAsync(gateway, upstream);
        await wire.SendAsync(StreamHead + Chunk(Event));
        await Message.ReadHeadAsync(client);
        if (reset)
        {
            client.Reset();
        }
        else
        {
            client.Dispose();
        }

        await wire.ExpectEndAsync();
    }

    [Fact]
    public async Task Client_that_leaves_before_an_answer_cancels_the_upstream()
    {
        await using MockServer mock = new MockServer(new MockOptions()).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat("up/silent"));
        await mock.WaitForAsync(_ => true).Soon();
        client.Dispose();

        Assert.True((await mock.WaitForAsync(call => call.Done).Soon()).Aborted);
    }

    [Fact]
    public async Task Slow_client_holds_the_upstream_back()
    {
        using var upstream = new ScriptedUpstream(receiveBuffer: 16 * 1024);
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        (Wire client, Wire wire) = await StreamRelayTests.BeginAsync(gateway, upstream, receiveBuffer: 16 * 1024);
        string piece = Chunk(string.Concat(Enumerable.Repeat(Event, 100)));
        await wire.SendAsync(StreamHead + piece);
        byte[] octets = Encoding.ASCII.GetBytes(piece);

        // Without back-pressure this would go on for ever; kernel buffers and the pipes take some megabytes.
        wire.Socket.SendBufferSize = 16 * 1024;
        long accepted = 0;
        try
        {
            while (true)
            {
                Assert.True(accepted < 64 * 1024 * 1024, "The gateway reads on although its client does not.");
                accepted += octets.Length;
                await wire.SendAsync(octets).WaitAsync(TimeSpan.FromMilliseconds(500));
            }
        }
        catch (TimeoutException)
        {
            // The send is stuck: nobody reads.
        }

        // The client reads again, and so does the gateway.
        await Message.ReadHeadAsync(client);
        string text = await StreamRelayTests.ReadChunksAsync(client, (int)Math.Min(accepted, int.MaxValue) / 2);
        Assert.StartsWith(Event + Event, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_that_does_not_read_is_given_up_and_its_connection_freed()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        (Wire _, Wire wire) = await StreamRelayTests.BeginAsync(gateway, upstream, receiveBuffer: 16 * 1024);
        await wire.SendAsync(StreamHead);
        byte[] octets = Encoding.ASCII.GetBytes(Chunk(string.Concat(Enumerable.Repeat(Event, 1000))));
        Task<bool> closed = SendUntilClosedAsync();

        Assert.True(await gateway.Time.AdvanceUntilAsync(closed, TimeSpan.FromSeconds(10)));

        // With nothing left in flight, stopping has nothing to wait for.
        Assert.Equal(0, await gateway.Plane.StopAsync().Soon());

        async Task<bool> SendUntilClosedAsync()
        {
            try
            {
                while (true)
                {
                    await wire.SendAsync(octets);
                }
            }
            catch (IOException)
            {
                return true;
            }
        }
    }

    /// <summary>The rest of the stream is one error event, and the connection ends without the body's end.</summary>
    private static async Task<string> IsInterruptedAsync(Wire client)
    {
        string text = Encoding.UTF8.GetString(await Message.ReadChunkAsync(client));
        Assert.StartsWith("data: {", text, StringComparison.Ordinal);
        Assert.EndsWith("}\n\n", text, StringComparison.Ordinal);
        JsonElement error = JsonDocument.Parse(text["data: ".Length..]).RootElement.GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(member => member.Name));
        Assert.Equal("stream_interrupted", error.GetProperty("code").GetString());
        await Assert.ThrowsAsync<EndOfStreamException>(() => Message.ReadChunkAsync(client));
        return error.GetProperty("message").GetString()!;
    }
}
