using System.Net.Sockets;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Errors;

/// <summary>Too much, or too slow.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task Head_larger_than_the_limit_is_refused()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(upstream, new ServerLimits { MaxHead = 1024 });

        await IsRefusedAsync(gateway, Gateway.Get("/-/health", $"X: {new string('x', 1024)}\r\n"), 431, "request_header_fields_too_large");
    }

    [Fact]
    public async Task Head_is_refused_before_it_ends()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(upstream, new ServerLimits { MaxHead = 1024 });

        await IsRefusedAsync(gateway, $"GET /{new string('x', 2000)}", 431, "request_header_fields_too_large");
    }

    [Fact]
    public async Task Too_many_header_fields_are_refused()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(upstream, new ServerLimits());
        string Fields(int count) => string.Concat(Enumerable.Range(1, count).Select(i => $"x-{i}: y\r\n"));

        Assert.Equal(200, (await gateway.AskAsync(Gateway.Get("/-/health", Fields(127)))).Status);
        await IsRefusedAsync(gateway, Gateway.Get("/-/health", Fields(128)), 431, "request_header_fields_too_large");
    }

    [Fact]
    public async Task Announced_body_larger_than_the_limit_is_refused_unread()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(upstream, new ServerLimits { MaxBody = 1000 });

        await IsRefusedAsync(gateway, "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", 413, "request_too_large");
    }

    [Fact]
    public async Task Announced_body_larger_than_the_limit_is_not_asked_for()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(upstream, new ServerLimits { MaxBody = 1000 });

        // The next thing the client sees is the refusal, not 100 (Continue).
        await IsRefusedAsync(
            gateway, "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n", 413, "request_too_large");
    }

    [Fact]
    public async Task Chunked_body_larger_than_the_limit_is_refused()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(upstream, new ServerLimits { MaxBody = 1000 });
        string chunk = ScriptedUpstream.Chunk(new string(' ', 501));

        await IsRefusedAsync(gateway, $"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}{chunk}", 413, "request_too_large");
    }

    [Fact]
    public async Task Client_that_sends_all_of_a_body_that_is_too_large_reads_why_it_was_refused()
    {
        const int MostBody = 4 * 1024 * 1024;
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(upstream, new ServerLimits { MaxBody = MostBody });
        Wire client = await gateway.ConnectAsync();
        byte[] body = new byte[2 * MostBody];

        // Everything is sent before anything is read: a reset would take the answer away.
        await client.SendAsync($"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: {body.Length}\r\n\r\n");
        await client.SendAsync(body);
        client.EndSending();

        (await Message.ReadResponseAsync(client)).IsError(413, "request_too_large");
        Assert.Equal("", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Chunk_framing_counts_towards_the_limit()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(upstream, new ServerLimits { MaxBody = 1000, MaxHead = 1024 });
        string chunks = string.Concat(Enumerable.Repeat("1\r\n \r\n", 999));

        await IsRefusedAsync(gateway, $"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}", 413, "request_too_large");
    }

    [Fact]
    public async Task Body_of_exactly_the_limit_is_served()
    {
        using var upstream = new ScriptedUpstream();
        string body = $"{{\"model\":\"chat\",\"pad\":\"{new string('x', 5000)}\"}}";
        await using Gateway gateway = await StartAsync(upstream, new ServerLimits { MaxBody = body.Length });
        Task<Message> asked = gateway.AskAsync(Gateway.Post(body));
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(ScriptedUpstream.Json("{}"));

        Assert.Equal(200, (await asked).Status);
    }

    [Fact]
    public async Task Slow_head_times_out()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(upstream, new ServerLimits { HeadTimeout = TimeSpan.FromSeconds(10) });
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync("POST /v1/chat/completions HTTP/1.1\r\nHo");

        Message response = await gateway.Time.AdvanceUntilAsync(Message.ReadResponseAsync(client), TimeSpan.FromSeconds(1));

        response.IsError(408, "request_timeout");
        await EndsAsync(gateway, client, response);
    }

    [Fact]
    public async Task Head_that_trickles_in_times_out_all_the_same()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(upstream, new ServerLimits { HeadTimeout = TimeSpan.FromSeconds(10) });
        Wire client = await gateway.ConnectAsync();
        Task<Message> response = Message.ReadResponseAsync(client);
        await client.SendAsync("POST /v1/chat/completions HTTP/1.1\r\n");
        for (int i = 0; i < 1000 && !response.IsCompleted; i++)
        {
            await client.SendAsync($"x-{i}: y\r\n");
            gateway.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(response, Task.Delay(1));
        }

        (await response).IsError(408, "request_timeout");
    }

    [Fact]
    public async Task Slow_body_times_out()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(upstream, new ServerLimits { BodyTimeout = TimeSpan.FromSeconds(30) });
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync("POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{");

        Message response = await gateway.Time.AdvanceUntilAsync(Message.ReadResponseAsync(client), TimeSpan.FromSeconds(5));

        response.IsError(408, "request_timeout");
        await EndsAsync(gateway, client, response);
        Assert.Equal(0, upstream.Connections);
    }

    [Fact]
    public async Task Slow_chunked_body_times_out()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(upstream, new ServerLimits { BodyTimeout = TimeSpan.FromSeconds(30) });
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync("POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n");

        Message response = await gateway.Time.AdvanceUntilAsync(Message.ReadResponseAsync(client), TimeSpan.FromSeconds(5));

        response.IsError(408, "request_timeout");
        await EndsAsync(gateway, client, response);
    }

    [Fact]
    public async Task Idle_connection_is_closed_without_a_word()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(upstream, new ServerLimits { IdleTimeout = TimeSpan.FromSeconds(120) });
        Wire client = await gateway.ConnectAsync();

        Assert.Equal("", await gateway.Time.AdvanceUntilAsync(client.ReadToEndAsync(), TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task One_connection_too_many_is_closed_at_once()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(upstream, new ServerLimits { MaxConnections = 1 });
        Wire first = await gateway.ConnectAsync();
        await first.SendAsync(Gateway.Get("/-/health"));
        await Message.ReadResponseAsync(first);

        try
        {
            await (await gateway.ConnectAsync()).ExpectEndAsync();
        }
        catch (SocketException)
        {
            // Reset before the handshake was even reported here.
        }

        await first.SendAsync(Gateway.Get("/-/health"));
        Assert.Equal(200, (await Message.ReadResponseAsync(first)).Status);
    }

    private static Task<Gateway> StartAsync(ScriptedUpstream upstream, ServerLimits limits) =>
        Gateway.StartAsync(upstream, gateway: settings => settings with { Limits = limits });

    private static async Task IsRefusedAsync(Gateway gateway, string request, int status, string code)
    {
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(request);
        Message response = await Message.ReadResponseAsync(client);
        response.IsError(status, code);
        await EndsAsync(gateway, client, response);
        Assert.Equal(0, gateway.Plane.Snapshot.Providers[0].Pool.Count);
    }

    private static async Task EndsAsync(Gateway gateway, Wire client, Message response)
    {
        Assert.True(response.Closes);
        Assert.Equal("", await gateway.Time.AdvanceUntilAsync(client.ReadToEndAsync(), TimeSpan.FromSeconds(1)));
    }
}
