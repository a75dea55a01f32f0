using System.Text;
using FastGate.MockProvider;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Attempts;

/// <summary>What of a request reaches the provider, and what of its answer reaches the client.</summary>
public sealed class ForwardingTests
{
    [Theory]
    [InlineData("{\"model\":\"chat\",\"messages\":[]}", "{\"model\":\"m\",\"messages\":[]}")]
    [InlineData("{ \"messages\" : [{\"model\":\"chat\"}] ,\r\n\t\"model\" :  \"chat\" }", "{ \"messages\" : [{\"model\":\"chat\"}] ,\r\n\t\"model\" :  \"m\" }")]
    [InlineData("{\"mod\\u0065l\":\"ch\\u0061t\",\"x\":1.50e+3}", "{\"mod\\u0065l\":\"m\",\"x\":1.50e+3}")]
    [InlineData("{\"model\":\"listed\"}", "{\"model\":\"listed\"}")]
    [InlineData("{\"model\":\"up/any/thing:v1\"}", "{\"model\":\"any/thing:v1\"}")]
    [InlineData("{\"model\":\"up/\\u00e4\\\"\"}", "{\"model\":\"\u00c3\u00a4\\\"\"}")]
    public async Task Only_the_model_is_rewritten(string sent, string received)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);

        Message request = await ForwardAsync(gateway, upstream, Gateway.Post(sent));

        Assert.Equal(received, Encoding.Latin1.GetString(request.Body));
    }

    [Fact]
    public async Task Body_arrives_the_same_in_whatever_pieces_it_was_sent()
    {
        const string Body = "{\"pad\":\"abc\",\"model\":\"chat\",\"more\":[1,2]}";
        const string Expected = "{\"pad\":\"abc\",\"model\":\"m\",\"more\":[1,2]}";
        string whole = Gateway.Post(Body);
        string chunked = "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            + string.Concat(Body.Chunk(7).Select(part => ScriptedUpstream.Chunk(new string(part)))) + "0\r\nx-trailer: y\r\n\r\n";
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        Wire? wire = null;
        foreach (string text in new[] { whole, chunked })
        {
            for (int cut = 1; cut <= text.Length; cut++)
            {
                await (cut < text.Length ? client.SendSlicedAsync(text, cut) : client.SendSlicedAsync(text, [.. Enumerable.Range(1, text.Length - 1)]));
                wire ??= await upstream.AcceptAsync();
                Message request = (await Message.ReadRequestAsync(wire))!;
                Assert.True(Expected == request.Text, $"cut at {cut}: {request.Text}");
                Assert.Null(request["x-trailer"]);
                await wire.SendAsync(ScriptedUpstream.Json("{}"));
                Assert.Equal(200, (await Message.ReadResponseAsync(client)).Status);
            }
        }

        Assert.Equal(1, upstream.Connections);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Large_body_arrives_whole(bool chunked)
    {
        var random = new Random(7);
        string pad = string.Concat(Enumerable.Range(0, 3_000_000).Select(_ => (char)random.Next('a', 'z')));
        string body = $"{{\"pad\":\"{pad}\",\"model\":\"chat\"}}";
        string request = chunked
            ? "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + string.Concat(body.Chunk(99_999).Select(part => ScriptedUpstream.Chunk(new string(part)))) + "0\r\n\r\n"
            : Gateway.Post(body);
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);

        Message received = await ForwardAsync(gateway, upstream, request);

        Assert.True($"{{\"pad\":\"{pad}\",\"model\":\"m\"}}" == received.Text);
    }

    // More than any socket takes at once: the rest waits for the provider, and nobody else does.
    [Fact]
    public async Task Provider_that_does_not_read_holds_back_its_own_request_only()
    {
        string body = $"{{\"pad\":\"{new string('x', 8_000_000)}\",\"model\":\"chat\"}}";
        using var upstream = new ScriptedUpstream(receiveBuffer: 4096);
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Task<Message> large = gateway.AskAsync(Gateway.Post(body));
        Wire stuck = await upstream.AcceptAsync();

        Task<Message> small = gateway.AskAsync(Gateway.Chat());
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(ScriptedUpstream.Json("{}"));
        Assert.Equal(200, (await small).Status);
        Assert.False(large.IsCompleted);

        Message received = (await Message.ReadRequestAsync(stuck))!;
        await stuck.SendAsync(ScriptedUpstream.Json("{}"));

        Assert.Equal(body.Length - "chat".Length + 1, received.Body.Length);
        Assert.Equal(200, (await large).Status);
    }

    [Fact]
    public async Task Model_of_a_form_is_rewritten_in_place()
    {
        string Form(string model) =>
            "preamble\r\n--b\"x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"model\"\r\n\r\n\0\x01\xff--b\r\n\r\n"
            + $"--b\"x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n{model}\r\n--b\"x--\r\nepilogue";
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        string body = Form("chat").Replace("b\"x", "bound", StringComparison.Ordinal);
        const string Type = "multipart/form-data; boundary=bound";

        Message request = await ForwardAsync(
            gateway, upstream, $"POST /v1/audio/transcriptions?x=1 HTTP/1.1\r\nHost: a\r\nContent-Type: {Type}\r\nContent-Length: {body.Length}\r\n\r\n{body}");

        Assert.Equal("POST /v1/audio/transcriptions?x=1 HTTP/1.1", request.StartLine);
        Assert.Equal(Type, request["content-type"]);
        Assert.Equal(Form("m").Replace("b\"x", "bound", StringComparison.Ordinal), Encoding.Latin1.GetString(request.Body));
    }

    [Theory]
    [InlineData("/v1/chat/completions", "/base/openai/chat/completions")]
    [InlineData("/v1/chat/completions?api-version=2024&x=%20", "/base/openai/chat/completions?api-version=2024&x=%20")]
    [InlineData("/v1/images/generations", "/base/openai/images/generations")]
    [InlineData("/v1/images/edits?a", "/base/openai/images/edits?a")]
    [InlineData("/v1/audio/speech", "/base/openai/audio/speech")]
    [InlineData("/v1/embeddings", "/base/openai/embeddings")]
    [InlineData("/v1/responses", "/base/openai/responses")]
    [InlineData("/v1/completions", "/base/openai/completions")]
    [InlineData("/v1/moderations", "/base/openai/moderations")]
    [InlineData("/v1/rerank", "/base/openai/rerank")]
    [InlineData("http://gateway/v1/rerank?q", "/base/openai/rerank?q")]
    public async Task Path_is_put_below_the_providers_base(string path, string forwarded)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, provider => provider with { BaseUrl = new Uri($"http://{upstream.EndPoint}/base/openai/") });

        Message request = await ForwardAsync(gateway, upstream, Gateway.Post("{\"model\":\"chat\"}", path));

        Assert.Equal($"POST {forwarded} HTTP/1.1", request.StartLine);
        Assert.Equal(upstream.EndPoint.ToString(), request["host"]);
    }

    [Theory]
    [InlineData("/v1/chat/completions", "/chat/completions")]
    [InlineData("/v1/chat/completions?api-version=2024", "/chat/completions?api-version=2024")]
    [InlineData("/v1/images/generations", "/images/generations")]
    public async Task Provider_may_be_at_the_root_of_its_host(string path, string forwarded)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, provider => provider with { BaseUrl = new Uri($"http://{upstream.EndPoint}/") });

        Message request = await ForwardAsync(gateway, upstream, Gateway.Post("{\"model\":\"chat\"}", path));

        Assert.Equal($"POST {forwarded} HTTP/1.1", request.StartLine);
    }

    [Fact]
    public async Task Only_what_concerns_the_provider_is_forwarded()
    {
        const string Kept = "User-Agent: sdk/1\r\nX-Stainless-Lang: js\r\nOpenAI-Organization: org\r\ntraceparent: 00-1-2-01\r\nAccept: */*\r\nX-Custom:  spaced \r\n";
        const string Dropped = "Authorization: Bearer client\r\nx-api-key: client\r\napi-key: client\r\nx-goog-api-key: client\r\nCookie: client=1\r\n"
            + "Connection: keep-alive, X-Named\r\nX-Named: client\r\nKeep-Alive: timeout=5\r\nProxy-Authorization: Basic client\r\nProxy-Connection: keep-alive\r\nTE: trailers\r\n"
            + "Trailer: X-T\r\nUpgrade: h2c\r\nAccept-Encoding: gzip\r\nExpect: 100-continue\r\nLast-Event-ID: client\r\n"
            + "x-fastgate-timeout-ms: 5000\r\nx-fastgate-fallback: up/m\r\nX-FastGate-Stream-Resume: true\r\nx-fastgate-anything: client\r\n";
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, provider => provider with { Headers = [new("x-own", "provider"), new("x-other", "provider")] });

        Message request = await ForwardAsync(gateway, upstream, Gateway.Chat(lines: Kept + Dropped + "X-Own: client\r\n"));

        string[] expected =
        [
            "host", "x-own", "x-other", "authorization", "content-type", "user-agent", "x-stainless-lang", "openai-organization", "traceparent", "accept",
            "x-custom", "content-length",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), request.Fields.Select(field => field.Name.ToLowerInvariant()).Order(StringComparer.Ordinal));
        Assert.Equal("Bearer " + Gateway.ProviderKey, request["authorization"]);
        Assert.Equal("provider", request["x-own"]);
        Assert.Equal("spaced", request["x-custom"]);
        Assert.DoesNotContain(request.Fields, field => field.Value.Contains("client", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Provider_without_a_key_gets_none()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, provider => provider with { Keys = [new ProviderKeySettings(null, 1)] });

        Assert.Null((await ForwardAsync(gateway, upstream, Gateway.Chat(lines: "Authorization: Bearer client\r\n")))["authorization"]);
    }

    [Fact]
    public async Task Keys_are_used_by_weight()
    {
        await using MockServer mock = new MockServer(new MockOptions()).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock, provider => provider with { Keys = [new ProviderKeySettings("key-aaaa", 3), new ProviderKeySettings("key-bbbb", 1)] });
        Wire client = await gateway.ConnectAsync();
        for (int i = 0; i < 400; i++)
        {
            await client.SendAsync(Gateway.Chat("up/ok"));
            await Message.ReadResponseAsync(client);
        }

        // 300 of 400 on average; chance stays within six standard deviations.
        int first = mock.Log.Count(call => call.Headers.Single(header => header.Key.Equals("authorization", StringComparison.OrdinalIgnoreCase)).Value[^1] == 'a');
        Assert.InRange(first, 248, 352);
    }

    [Fact]
    public async Task Client_that_asks_first_is_told_to_continue()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        string[] parts = Gateway.Chat(lines: "Expect: 100-continue\r\n").Split("\r\n\r\n");
        await client.SendAsync(parts[0] + "\r\n\r\n");
        Assert.Equal("HTTP/1.1 100 Continue", (await Message.ReadResponseAsync(client)).StartLine);
        await client.SendAsync(parts[1]);
        (Wire wire, Message request) = await upstream.AcceptRequestAsync();
        Assert.Null(request["expect"]);
        await wire.SendAsync(ScriptedUpstream.Json("{}"));
        Assert.Equal(200, (await Message.ReadResponseAsync(client)).Status);

        // Whoever has sent the body already is not told to.
        await client.SendAsync(Gateway.Chat(lines: "Expect: 100-continue\r\n"));
        await Message.ReadRequestAsync(wire);
        await wire.SendAsync(ScriptedUpstream.Json("{}"));
        Assert.Equal(200, (await Message.ReadResponseAsync(client)).Status);
    }

    [Fact]
    public async Task Pipelined_requests_are_answered_in_order()
    {
        await using MockServer mock = new MockServer(new MockOptions()).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(
            Gateway.Chat("up/ok") + Gateway.Get("/-/health") + Gateway.Chat("up/ok", stream: true) + Gateway.Post("{") + Gateway.Get("/v1/models") + Gateway.Chat("up/error-500"));

        var statuses = new List<string>();
        for (int i = 0; i < 6; i++)
        {
            Message response = await Message.ReadResponseAsync(client);
            statuses.Add($"{response.Status} {response["content-type"]}");
        }

        Assert.Equal(
            ["200 application/json", "200 application/json", "200 text/event-stream", "400 application/json", "200 application/json", "500 application/json"],
            statuses.Select(status => status.Split(';')[0]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("mine-123")]
    [InlineData("not usable")]
    public async Task Request_id_is_the_clients_or_a_new_one(string? id)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);

        Message response = await gateway.AskAsync(Gateway.Get("/-/health", id is null ? "" : $"x-request-id: {id}\r\n"));

        if (id == "mine-123")
        {
            Assert.Equal(id, response["x-request-id"]);
        }
        else
        {
            Assert.Matches("^fg-[0-9a-f]{16}$", response["x-request-id"]);
        }
    }

    [Fact]
    public async Task Response_carries_the_contracts_headers_and_not_the_providers_own_affairs()
    {
        const string Lines = "x-request-id: req_provider\r\nset-cookie: __cf_bm=1\r\nset-cookie: b=2\r\nalt-svc: h3\r\nstrict-transport-security: max-age=1\r\n"
            + "connection: keep-alive, x-hop\r\nx-hop: 1\r\nkeep-alive: timeout=5\r\nopenai-processing-ms: 7\r\nx-ratelimit-limit-requests: 60\r\nretry-after-ms: 5\r\n";
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(lines: "x-request-id: mine\r\n"));
        (Wire wire, Message request) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(ScriptedUpstream.Json("{}", lines: Lines));

        Message response = await asked;

        Assert.Equal("mine", request["x-request-id"]);
        Assert.Equal(
            ["content-length:2", "content-type:application/json", "openai-processing-ms:7", "retry-after-ms:5", "x-fastgate-attempts:1", "x-fastgate-provider-request-id:req_provider",
                "x-fastgate-route:chat", "x-fastgate-target:up/m", "x-ratelimit-limit-requests:60", "x-request-id:mine"],
            response.Fields.Select(field => $"{field.Name.ToLowerInvariant()}:{field.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Request_that_names_its_target_has_no_route()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat("up/some-model"));
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(ScriptedUpstream.Json("{}"));

        Message response = await asked;

        Assert.Null(response["x-fastgate-route"]);
        Assert.Equal("up/some-model", response["x-fastgate-target"]);
    }

    [Fact]
    public async Task Interim_responses_are_passed_over()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat());
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendSlicedAsync("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n" + ScriptedUpstream.Json("{\"a\":1}"), 10, 30, 70, 90);

        Message response = await asked;

        Assert.Equal("{\"a\":1}", response.Text);
        Assert.Null(response["link"]);
    }

    [Fact]
    public async Task Bodyless_statuses_pass()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat() + Gateway.Post("{\"model\":\"chat\"}", "/v1/audio/speech"));
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
        Message response = await Message.ReadResponseAsync(client);
        Assert.Equal(204, response.Status);
        Assert.Null(response["content-length"]);
        Assert.Null(response["transfer-encoding"]);

        await Message.ReadRequestAsync(wire);
        await wire.SendAsync(ScriptedUpstream.Json(""));
        Assert.Equal("0", (await Message.ReadResponseAsync(client))["content-length"]);
    }

    private static async Task<Message> ForwardAsync(Gateway gateway, ScriptedUpstream upstream, string request)
    {
        Task<Message> asked = gateway.AskAsync(request);
        (Wire wire, Message forwarded) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(ScriptedUpstream.Json("{}"));
        Assert.Equal(200, (await asked).Status);
        return forwarded;
    }
}
