using System.Text;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Relay;

public sealed class UnaryRelayTests
{
    private static readonly string Large = "{\"pad\":\"" + new string('x', 200_000) + "\"}";

    [Theory]
    [InlineData("content-length")]
    [InlineData("chunked")]
    [InlineData("until close")]
    public async Task Small_answer_comes_whole_and_with_its_length(string framing)
    {
        const string Body = "{\"answer\":42}";
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await AnswerAsync(wire, framing, Body);

        Message response = await asked;

        Assert.Equal(Body, response.Text);
        Assert.Equal(Body.Length.ToString(System.Globalization.CultureInfo.InvariantCulture), response["content-length"]);
    }

    [Theory]
    [InlineData("content-length")]
    [InlineData("chunked")]
    [InlineData("until close")]
    public async Task Large_answer_comes_whole(string framing)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat());
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        Task answering = AnswerAsync(wire, framing, Large);

        Message response = await Message.ReadResponseAsync(client);
        await answering;

        Assert.True(Large == response.Text);
        Assert.Equal(framing != "content-length", response.IsChunked);
        await client.SendAsync(Gateway.Get("/-/health"));
        Assert.Equal(200, (await Message.ReadResponseAsync(client)).Status);
    }

    // Such a client takes the connection's end for the answer's: it must not look like one.
    [Fact]
    public async Task Cut_answer_to_a_client_of_http_1_0_ends_with_a_reset()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync("POST /v1/chat/completions HTTP/1.0\r\nContent-Length: 16\r\n\r\n{\"model\":\"chat\"}");
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n" + ScriptedUpstream.Chunk(Large[..100_000]));
        Assert.Equal("close", (await Message.ReadHeadAsync(client))["connection"]);

        wire.EndSending();

        await Assert.ThrowsAsync<IOException>(client.ReadToEndAsync);
    }

    [Theory]
    [InlineData("chunked")]
    [InlineData("until close")]
    public async Task Large_answer_to_a_client_of_http_1_0_ends_with_the_connection(string framing)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Task<Message> asked = gateway.AskAsync("POST /v1/chat/completions HTTP/1.0\r\nContent-Length: 16\r\n\r\n{\"model\":\"chat\"}");
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        Task answering = AnswerAsync(wire, framing, Large);

        Message response = await asked;
        await answering;

        Assert.False(response.IsChunked);
        Assert.True(Large == response.Text);
    }

    [Theory]
    [InlineData("content-length", true)]
    [InlineData("content-length", false)]
    [InlineData("chunked", true)]
    [InlineData("chunked", false)]
    public async Task Large_answer_that_is_cut_cuts_the_client(string framing, bool reset)
    {
        string head = framing == "chunked" ? "transfer-encoding: chunked\r\n\r\n" + $"{Large.Length:x}\r\n" : $"content-length: {Large.Length}\r\n\r\n";
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat());
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n" + head + Large[..150_000]);
        Message begun = await Message.ReadHeadAsync(client);
        Assert.Equal(200, begun.Status);
        if (reset)
        {
            wire.Reset();
        }
        else
        {
            wire.EndSending();
        }

        string rest = await client.ReadToEndAsync();

        Assert.DoesNotContain("\r\n0\r\n", rest, StringComparison.Ordinal);
        Assert.InRange(rest.Length, 1, Large.Length - 1);
    }

    [Fact]
    public async Task Answer_that_pauses_too_long_is_given_up()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, provider => provider with { Timeouts = Gateway.Patient with { FirstByte = TimeSpan.FromSeconds(20) } });
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{");

        (await gateway.Time.AdvanceUntilAsync(asked, TimeSpan.FromSeconds(5))).IsError(504, "upstream_timeout");
        await wire.ExpectEndAsync();
    }

    [Fact]
    public async Task Binary_answer_passes_untouched()
    {
        string audio = string.Concat(Enumerable.Range(0, 5000).Select(i => (char)(i * 31 % 256)));
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Task<Message> asked = gateway.AskAsync(Gateway.Post("{\"model\":\"chat\",\"input\":\"x\"}", "/v1/audio/speech"));
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync($"HTTP/1.1 200 OK\r\ncontent-type: audio/mpeg\r\ncontent-length: {audio.Length}\r\n\r\n{audio}");

        Message response = await asked;

        Assert.Equal("audio/mpeg", response["content-type"]);
        Assert.Equal(audio, Encoding.Latin1.GetString(response.Body));
    }

    private static async Task AnswerAsync(Wire wire, string framing, string body)
    {
        const string Head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
        switch (framing)
        {
            case "content-length":
                await wire.SendAsync($"{Head}content-length: {body.Length}\r\n\r\n{body}");
                break;
            case "chunked":
                await wire.SendAsync($"{Head}transfer-encoding: chunked\r\n\r\n{string.Concat(body.Chunk(5000).Select(part => ScriptedUpstream.Chunk(new string(part))))}0\r\n\r\n");
                break;
            default:
                await wire.SendAsync($"{Head}\r\n{body}");
                wire.EndSending();
                break;
        }
    }
}
