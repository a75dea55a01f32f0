using System.Text;
using System.Text.Json;
using FastGate.MockProvider;
using FastGate.Proxy.Tests.Harness;
using static FastGate.Proxy.Tests.Harness.ScriptedUpstream;

namespace FastGate.Proxy.Tests.Relay;

/// <summary>Streams that end well.</summary>
public sealed class StreamRelayTests
{
    private const string Usage = "data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1,\"total_tokens\":2}}\n\n";

    [Fact]
    public async Task Nothing_is_sent_before_the_first_content()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        (Wire client, Wire wire) = await BeginAsync(gateway, upstream);
        await wire.SendAsync(StreamHead + Chunk(": welcome\n\n") + Chunk(Start));
        Task<Message> head = Message.ReadHeadAsync(client);

        // Another connection's whole exchange later there is still nothing.
        await gateway.AskAsync(Gateway.Get("/-/health"));
        Assert.False(head.IsCompleted);
        Assert.Equal(0, client.Socket.Available);

        await wire.SendAsync(Chunk(Event));
        Assert.Equal("HTTP/1.1 200 OK", (await head).StartLine);
        Assert.Equal(Start + Event, await ReadChunksAsync(client, (Start + Event).Length));
    }

    [Fact]
    public async Task Whole_stream_comes_as_it_was_sent_and_both_connections_are_used_again()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        (Wire client, Wire wire) = await BeginAsync(gateway, upstream);
        for (int i = 0; i < 3; i++)
        {
            await wire.SendAsync(StreamHead + Chunk(Start + Event + Event + Finish + Usage + Done) + LastChunk);
            Message response = await Message.ReadResponseAsync(client);
            Assert.Equal(Start + Event + Event + Finish + Usage + Done, response.Text);
            Assert.Equal("text/event-stream", response["content-type"]);
            Assert.Equal("up/m", response["x-fastgate-target"]);
            Assert.Equal("chat", response["x-fastgate-route"]);
            await client.SendAsync(Gateway.Chat(stream: true));
            await Message.ReadRequestAsync(wire);
        }

        Assert.Equal(1, upstream.Connections);
    }

    [Fact]
    public async Task Stream_sliced_at_every_octet_comes_out_the_same()
    {
        string events = ": hello\n\n" + Start + Event.Replace("\n", "\r\n", StringComparison.Ordinal) + "event: x\nid: 7\n" + Event + Finish + Done;
        string answer = StreamHead + Chunk(events[..90]) + Chunk(events[90..]) + LastChunk;
        string expected = Lines(events[": hello\n\n".Length..]);
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        (Wire client, Wire wire) = await BeginAsync(gateway, upstream);
        for (int cut = 1; cut <= answer.Length; cut++)
        {
            // The last round: every octet by itself.
            await (cut < answer.Length ? wire.SendSlicedAsync(answer, cut) : wire.SendSlicedAsync(answer, [.. Enumerable.Range(1, answer.Length - 1)]));
            Message response = await Message.ReadResponseAsync(client);
            Assert.True(expected == Lines(response.Text), $"cut at {cut}: {response.Text}");
            await client.SendAsync(Gateway.Chat(stream: true));
            await Message.ReadRequestAsync(wire);
        }

        Assert.Equal(1, upstream.Connections);
    }

    [Fact]
    public async Task Finish_reason_without_end_mark_is_completed_at_the_end_of_the_stream()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        (Wire client, Wire wire) = await BeginAsync(gateway, upstream);
        await wire.SendAsync(StreamHead + Chunk(Event + Finish) + LastChunk);

        Assert.Equal(Event + Finish + Done, (await Message.ReadResponseAsync(client)).Text);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Finish_reason_without_end_mark_is_completed_when_the_connection_breaks(bool reset)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        (Wire client, Wire wire) = await BeginAsync(gateway, upstream);
        await wire.SendAsync(StreamHead + Chunk(Event + Finish));
        await Message.ReadHeadAsync(client);
        Assert.Equal(Event + Finish, await ReadChunksAsync(client, (Event + Finish).Length));
        if (reset)
        {
            wire.Reset();
        }
        else
        {
            wire.EndSending();
        }

        Assert.Equal(Done, Encoding.UTF8.GetString(await Message.ReadChunkAsync(client)));
        Assert.Empty(await Message.ReadChunkAsync(client));
    }

    [Fact]
    public async Task Finish_reason_without_end_mark_is_completed_after_a_second()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        (Wire client, Wire wire) = await BeginAsync(gateway, upstream);
        await wire.SendAsync(StreamHead + Chunk(Event + Finish));
        var before = TimeSpan.FromTicks(gateway.Time.GetTimestamp());

        Message response = await gateway.Time.AdvanceUntilAsync(Message.ReadResponseAsync(client), TimeSpan.FromMilliseconds(50));

        Assert.Equal(Event + Finish + Done, response.Text);
        Assert.InRange(TimeSpan.FromTicks(gateway.Time.GetTimestamp()) - before, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

        // The connection whose stream did not end is not used again.
        await wire.ExpectEndAsync();
    }

    [Fact]
    public async Task Every_choice_must_finish()
    {
        string second = Event.Replace("\"index\":0", "\"index\":1", StringComparison.Ordinal);
        string secondFinish = Finish.Replace("\"index\":0", "\"index\":1", StringComparison.Ordinal);
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        (Wire client, Wire wire) = await BeginAsync(gateway, upstream);
        await wire.SendAsync(StreamHead + Chunk(Event + second + Finish + secondFinish) + LastChunk);
        Assert.EndsWith(Done, (await Message.ReadResponseAsync(client)).Text, StringComparison.Ordinal);

        await client.SendAsync(Gateway.Chat(stream: true));
        await Message.ReadRequestAsync(wire);
        await wire.SendAsync(StreamHead + Chunk(Event + second + Finish) + LastChunk);
        await Assert.ThrowsAsync<EndOfStreamException>(() => Message.ReadResponseAsync(client));
    }

    [Fact]
    public async Task Malformed_event_is_dropped_and_counted()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        (Wire client, Wire wire) = await BeginAsync(gateway, upstream);
        await wire.SendAsync(StreamHead + Chunk(Event + "data: {\"choices\":[{\"del\n\n" + Event + Finish + Done) + LastChunk);

        Assert.Equal(Event + Event + Finish + Done, (await Message.ReadResponseAsync(client)).Text);
        Assert.Equal(1, gateway.Plane.Metrics.StreamEventsMalformed.Value);
        Assert.Equal(4, gateway.Plane.Metrics.StreamEvents.Value);
    }

    [Fact]
    public async Task Comments_pass_once_the_answer_has_begun()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        (Wire client, Wire wire) = await BeginAsync(gateway, upstream);
        await wire.SendAsync(StreamHead + Chunk(": one\n\n" + Event));
        await Message.ReadHeadAsync(client);
        Assert.Equal(Event, await ReadChunksAsync(client, Event.Length));
        await wire.SendAsync(Chunk(": two\n\n" + Finish + Done) + LastChunk);

        Assert.Equal(": two\n\n" + Finish + Done, await ReadChunksAsync(client, (": two\n\n" + Finish + Done).Length));
        Assert.Empty(await Message.ReadChunkAsync(client));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Connection: keep-alive\r\n")]
    public async Task Client_of_http_1_0_gets_a_stream_that_ends_with_the_connection(string lines)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        const string Body = "{\"model\":\"chat\",\"stream\":true}";
        await client.SendAsync($"POST /v1/chat/completions HTTP/1.0\r\n{lines}Content-Length: {Body.Length}\r\n\r\n{Body}");
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(StreamHead + Chunk(Event + Finish + Done) + LastChunk);

        Message response = await Message.ReadResponseAsync(client);

        Assert.False(response.IsChunked);
        Assert.Null(response["content-length"]);
        Assert.Equal(Event + Finish + Done, response.Text);
    }

    [Fact]
    public async Task Answer_without_content_is_whole_too()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        (Wire client, Wire wire) = await BeginAsync(gateway, upstream);
        await wire.SendAsync(StreamHead + Chunk(Start + Finish + Done) + LastChunk);

        Assert.Equal(Start + Finish + Done, (await Message.ReadResponseAsync(client)).Text);
    }

    [Fact]
    public async Task Responses_stream_ends_with_its_own_end_event()
    {
        string created = Typed("response.created", "\"response\":{\"id\":\"r\",\"status\":\"in_progress\"}");
        string delta = Typed("response.output_text.delta", "\"delta\":\"Hi\"");
        string completed = Typed("response.completed", "\"response\":{\"id\":\"r\",\"status\":\"completed\"}");
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Post("{\"model\":\"chat\",\"stream\":true,\"input\":\"hi\"}", "/v1/responses"));
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(StreamHead + Chunk(created + delta + completed) + LastChunk);

        Assert.Equal(created + delta + completed, (await Message.ReadResponseAsync(client)).Text);
    }

    [Theory]
    [InlineData("ok", "/v1/chat/completions")]
    [InlineData("no-done", "/v1/chat/completions")]
    [InlineData("malformed-event", "/v1/chat/completions")]
    [InlineData("ok", "/v1/responses")]
    public async Task Stream_of_the_scripted_provider_comes_whole(string model, string path)
    {
        await using MockServer mock = new MockServer(new MockOptions { Tokens = 200 }).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock);
        string input = path.EndsWith("responses", StringComparison.Ordinal) ? "\"input\":\"hi\"" : "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

        Message response = await gateway.AskAsync(Gateway.Post($"{{\"model\":\"up/{model}\",\"stream\":true,{input}}}", path));

        string[] data = [.. response.Text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(block => block[(block.IndexOf("data: ", StringComparison.Ordinal) + 6)..])];
        Assert.True(data.Length > 100);
        Assert.All(data.Where(text => text != "[DONE]"), text => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(text).RootElement.ValueKind));
        Assert.Equal(path.EndsWith("responses", StringComparison.Ordinal) ? 0 : 1, data.Count(text => text == "[DONE]"));
    }

    /// <summary>CR, LF and CRLF all end a line; a CRLF that came in two pieces may go on as a CR.</summary>
    private static string Lines(string events) => events.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');

    internal static string Typed(string type, string rest) => $"event: {type}\ndata: {{\"type\":\"{type}\",{rest}}}\n\n";

    internal static async Task<(Wire Client, Wire Upstream)> BeginAsync(Gateway gateway, ScriptedUpstream upstream, int? receiveBuffer = null)
    {
        Wire client = await gateway.ConnectAsync(receiveBuffer);
        await client.SendAsync(Gateway.Chat(stream: true));
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        return (client, wire);
    }

    internal static async Task<string> ReadChunksAsync(Wire client, int length)
    {
        var text = new StringBuilder();
        while (text.Length < length)
        {
            text.Append(Encoding.UTF8.GetString(await Message.ReadChunkAsync(client)));
        }

        return text.ToString();
    }
}
