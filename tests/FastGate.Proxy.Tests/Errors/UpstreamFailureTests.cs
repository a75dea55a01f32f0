using FastGate.Routing.Planning;
using FastGate.Routing.Retry;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using FastGate.MockProvider;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Upstream;

namespace FastGate.Proxy.Tests.Errors;

/// <summary>Failures of the provider before anything was sent to the client: a clean error, and the connection goes on.</summary>
public sealed class UpstreamFailureTests
{
    [Fact]
    public async Task Refused_connection_is_a_bad_gateway()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        // Bound but not listening: nobody else can take the port, and connecting to it is refused.
        await using Gateway gateway = await Gateway.StartAsync((IPEndPoint)taken.LocalEndPoint!);

        await FailsAsync(gateway, Gateway.Chat(), 502, "upstream_error", "up could not be reached at http://127.0.0.1:");
        Assert.Equal(0, gateway.Plane.Snapshot.Providers[0].Pool.Count);
    }

    [Fact]
    public async Task Unknown_host_name_is_a_bad_gateway()
    {
        using var upstream = new ScriptedUpstream();
        ProviderSettings provider = Gateway.Provider("up", upstream.EndPoint) with
        {
            BaseUrl = new Uri("http://nonexistent.invalid/v1"),
        };
        await using Gateway gateway = await Gateway.StartAsync(Gateway.Settings(provider));

        await FailsAsync(gateway, Gateway.Chat(), 502, "upstream_error", "http://nonexistent.invalid");
    }

    [Fact]
    public async Task Untrusted_certificate_is_a_bad_gateway()
    {
        using X509Certificate2 certificate = Certificates.SelfSigned();
        await using MockServer mock = new MockServer(new MockOptions { Certificate = certificate }).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock, provider => provider with { BaseUrl = new Uri($"https://{mock.BoundEndpoint}/v1") });

        await FailsAsync(gateway, Gateway.Chat(), 502, "upstream_error", "up could not be reached at https://");
        Assert.Empty(mock.Log);
    }

    [Fact]
    public async Task Provider_that_speaks_no_tls_is_a_bad_gateway()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, provider => provider with { BaseUrl = new Uri($"https://{upstream.EndPoint}/v1") });
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        Wire wire = await upstream.AcceptAsync();
        await wire.DiscardAsync();
        await wire.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n");

        (await asked).IsError(502, "upstream_error");
    }

    [Fact]
    public async Task Handshake_that_never_ends_is_given_up_after_the_connect_timeout()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, provider => provider with
        {
            BaseUrl = new Uri($"https://{upstream.EndPoint}/v1"),
            Timeouts = Gateway.Patient with { Connect = TimeSpan.FromSeconds(2) },
        });
        long start = gateway.Time.GetTimestamp();
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        Wire wire = await upstream.AcceptAsync();
        await wire.DiscardAsync();

        (await gateway.Time.AdvanceUntilAsync(asked, TimeSpan.FromMilliseconds(100))).IsError(504, "upstream_timeout");
        Assert.True(gateway.Time.GetTimestamp() - start >= TimeSpan.FromSeconds(2).Ticks);
        Assert.Equal(0, gateway.Plane.Snapshot.Providers[0].Pool.Count);
    }

    [Fact]
    public async Task Client_that_leaves_ends_a_handshake_at_once()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, provider => provider with { BaseUrl = new Uri($"https://{upstream.EndPoint}/v1") });
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat());
        Wire wire = await upstream.AcceptAsync();
        await wire.DiscardAsync();

        client.Reset();

        // The clock stands still.
        await wire.ExpectEndAsync();
    }

    [Fact]
    public async Task Certificate_that_is_not_checked_serves()
    {
        using X509Certificate2 certificate = Certificates.SelfSigned();
        await using MockServer mock = new MockServer(new MockOptions { Certificate = certificate }).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock, provider => provider with
        {
            BaseUrl = new Uri($"https://{mock.BoundEndpoint}/v1"),
            Tls = new UpstreamTls(null, null, InsecureSkipVerify: true),
        });
        Wire client = await gateway.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync(Gateway.Chat("up/ok", stream: i == 1));
            Assert.Equal(200, (await Message.ReadResponseAsync(client)).Status);
        }

        Assert.Equal(1, mock.ConnectionsAccepted);
    }

    [Fact]
    public async Task Reset_before_a_head_is_a_bad_gateway()
    {
        await using MockServer mock = new MockServer(new MockOptions()).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock);

        await FailsAsync(gateway, Gateway.Chat("up/reset"), 502, "upstream_error", "up closed the connection without answering");
        Assert.Single(mock.Log);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\ncontent-length: 2\n\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}")]
    [InlineData("HTTP/1.1 99 Low\r\n\r\n")]
    [InlineData("HTTP/2 200\r\n\r\n")]
    [InlineData("220 smtp.example.com ESMTP\r\n\r\n")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n")]
    public async Task Impossible_head_is_a_bad_gateway(string head)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Task failing = FailsAsync(gateway, Gateway.Chat(), 502, "upstream_error", "up sent something that cannot be read");
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(head);
        await wire.ExpectEndAsync();

        await failing;
    }

    [Fact]
    public async Task Silence_ends_after_first_byte()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(upstream, Gateway.Patient with { FirstByte = TimeSpan.FromSeconds(20) });
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());

        // The timer was set before the request was sent.
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        gateway.Time.Advance(TimeSpan.FromSeconds(19.9));
        Assert.False(asked.IsCompleted);
        gateway.Time.Advance(TimeSpan.FromSeconds(0.2));

        Assert.Contains("within 20 s", (await asked.Soon()).IsError(504, "upstream_timeout").GetProperty("message").GetString()!, StringComparison.Ordinal);
        await wire.ExpectEndAsync();
    }

    [Fact]
    public async Task Answer_in_the_last_moment_counts()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(upstream, Gateway.Patient with { FirstByte = TimeSpan.FromSeconds(20) });
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        gateway.Time.Advance(TimeSpan.FromSeconds(19.9));
        await wire.SendAsync(ScriptedUpstream.Json("{}"));

        Assert.Equal(200, (await asked).Status);
    }

    [Fact]
    public async Task Stream_without_content_ends_after_first_token()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await StartAsync(upstream, Gateway.Patient with { FirstToken = TimeSpan.FromSeconds(30) });
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(stream: true));
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(ScriptedUpstream.Start));

        (await gateway.Time.AdvanceUntilAsync(asked, TimeSpan.FromSeconds(5))).IsError(504, "upstream_timeout");
        await wire.ExpectEndAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Deadline_of_the_request_ends_it(bool byHeader)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(
            upstream, gateway: settings => settings with { Routes = [new RouteDefinition("chat", [new MemberDefinition("up/m")]) { Deadline = TimeSpan.FromSeconds(byHeader ? 60 : 5), Retry = new RetrySettings { Attempts = 0 } }] });
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(lines: byHeader ? "x-fastgate-timeout-ms: 5000\r\n" : ""));
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        gateway.Time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(asked.IsCompleted);
        gateway.Time.Advance(TimeSpan.FromSeconds(0.2));

        Assert.Contains("deadline", (await asked.Soon()).IsError(504, "upstream_timeout").GetProperty("message").GetString()!, StringComparison.Ordinal);
        await wire.ExpectEndAsync();
    }

    [Fact]
    public async Task Exhausted_pool_is_overload()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, provider => provider with
        {
            Pool = PoolLimits.Default with { MaxConnections = 1 },
            Timeouts = Gateway.Patient with { Connect = TimeSpan.FromMilliseconds(30) },
        });
        Task<Message> first = gateway.AskAsync(Gateway.Chat());
        (Wire wire, _) = await upstream.AcceptRequestAsync();

        Task<Message> second = gateway.AskAsync(Gateway.Chat());
        (await gateway.Time.AdvanceUntilAsync(second, TimeSpan.FromMilliseconds(10))).IsError(503, "overloaded");

        await wire.SendAsync(ScriptedUpstream.Json("{}"));
        Assert.Equal(200, (await first).Status);
        Assert.Equal(1, upstream.Connections);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"half\":", false)]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"half\":", true)]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{\"half\":\r\n", false)]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{\"half\":\r\n0\r\n", true)]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{\"half\":\r\nnonsense\r\n", false)]
    public async Task Answer_cut_while_it_is_held_is_a_clean_error(string part, bool reset)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Task failing = FailsAsync(gateway, Gateway.Chat(), 502, "upstream_error");
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(part);
        if (reset)
        {
            wire.Reset();
        }
        else
        {
            wire.EndSending();
        }

        await failing;
    }

    // OpenAI and others quote the key they refuse, some of them whole.
    [Theory]
    [InlineData(false, "401 Unauthorized")]
    [InlineData(false, "400 Bad Request")]
    [InlineData(false, "200 OK")]
    [InlineData(true, "200 OK")]
    public async Task Key_that_the_provider_quotes_is_not_passed_on(bool stream, string status)
    {
        string error = $"{{\"error\":{{\"message\":\"Incorrect API key provided: {Gateway.ProviderKey}. Or {Gateway.ProviderKey}?\",\"type\":\"t\",\"param\":null,\"code\":\"invalid_api_key\"}}}}";
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(stream: stream));
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(stream
            ? ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk($"data: {error}\n\n") + ScriptedUpstream.LastChunk
            : ScriptedUpstream.Json(error, status));

        Message response = await asked;

        Assert.True(response.Status >= 400, response.Text);
        Assert.Contains("Incorrect API key provided: ****************. Or ****************?", response.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Gateway.ProviderKey, response.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500, "text/html", "<h1>Internal Server Error</h1>")]
    [InlineData(429, "text/plain", "slow down")]
    [InlineData(400, null, "")]
    [InlineData(529, "application/xml", "<e/>")]
    public async Task Error_page_that_is_no_json_is_replaced_and_its_status_kept(int status, string? type, string body)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Task failing = FailsAsync(gateway, Gateway.Chat(), status, "upstream_error", $"up answered {status}");
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        string line = type is null ? "" : $"content-type: {type}\r\n";
        await wire.SendAsync($"HTTP/1.1 {status} Whatever\r\n{line}content-length: {body.Length}\r\n\r\n{body}");

        await failing;
    }

    [Theory]
    [InlineData("400 Bad Request")]
    [InlineData("401 Unauthorized")]
    [InlineData("429 Too Many Requests")]
    [InlineData("500 Internal Server Error")]
    [InlineData("503 Service Unavailable")]
    public async Task Error_of_the_provider_passes_as_it_is(string status)
    {
        const string Body = "{ \"error\" : {\"message\":\"no \\u00e9\",\"type\":\"t\",\"param\":null,\"code\":\"c\"} , \"more\":1 }";
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(ScriptedUpstream.Json(Body, status, "retry-after: 7\r\nx-ratelimit-remaining-requests: 0\r\n"));

        Message response = await asked;

        Assert.Equal("HTTP/1.1 " + status, response.StartLine);
        Assert.Equal(Body, response.Text);
        Assert.Equal("7", response["retry-after"]);
        Assert.Equal("0", response["x-ratelimit-remaining-requests"]);
        Assert.Equal("1", response["x-fastgate-attempts"]);
    }

    [Theory]
    [InlineData("error-500", 500)]
    [InlineData("error-503", 503)]
    [InlineData("rate-limit", 429)]
    [InlineData("context-length", 400)]
    [InlineData("content-policy", 400)]
    [InlineData("bad-key", 401)]
    public async Task Error_of_the_scripted_provider_keeps_its_status(string model, int status)
    {
        await using MockServer mock = new MockServer(new MockOptions()).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock);

        Message response = await gateway.AskAsync(Gateway.Chat("up/" + model, stream: true));

        Assert.Equal(status, response.Status);
        Assert.Equal(JsonValueKind.String, response.Json.GetProperty("error").GetProperty("message").ValueKind);
        Assert.Single(mock.Log);
    }

    private static Task<Gateway> StartAsync(ScriptedUpstream upstream, UpstreamTimeouts timeouts) =>
        Gateway.StartAsync(upstream, provider => provider with { Timeouts = timeouts });

    /// <summary>The request fails so, and the client's connection carries the next one.</summary>
    private static async Task FailsAsync(Gateway gateway, string request, int status, string code, string? says = null)
    {
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(request);
        Message response = await Message.ReadResponseAsync(client);
        string message = response.IsError(status, code).GetProperty("message").GetString()!;
        Assert.Contains(says ?? "", message, StringComparison.Ordinal);
        Assert.Equal("1", response["x-fastgate-attempts"]);
        Assert.False(response.Closes);
        await client.SendAsync(Gateway.Get("/-/health"));
        Assert.Equal(200, (await Message.ReadResponseAsync(client)).Status);
    }
}
