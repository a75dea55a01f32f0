using System.Text.Json;
using FastGate.Proxy.Idempotency;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Idempotency;

public class IdempotencyTests
{
    private const string Key = "idempotency-key: 6f1c\r\n";

    [Fact]
    public async Task Repeated_request_gets_the_first_answer_byte_for_byte()
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.Json(Reply.Success, lines: "x-ratelimit-remaining-requests: 9\r\n")));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));
        Message first = await gateway.AskAsync(Gateway.Chat(lines: Key));
        Message second = await gateway.AskAsync(Gateway.Chat(lines: Key));
        Assert.Equal("stored", first["x-fastgate-idempotency"]);
        Assert.Equal("replayed", second["x-fastgate-idempotency"]);
        Assert.Equal(first.Body, second.Body);
        Assert.Equal("9", second["x-ratelimit-remaining-requests"]);
        Assert.Equal("application/json", second["content-type"]);
        second.IsFrom("one/m", 1, null);
        Assert.NotEqual(first["x-request-id"], second["x-request-id"]);
        Assert.Single(one.Seen);
        Assert.Equal([("replayed", 1), ("stored", 1)], Counted(gateway));
    }

    [Fact]
    public async Task Order_of_members_and_white_space_make_no_other_request()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));
        await gateway.AskAsync(Gateway.Post("""{"model":"chat","messages":[{"role":"user","content":"hi"}]}""", lines: Key));
        Message second = await gateway.AskAsync(Gateway.Post("""{ "messages": [ { "content": "hi", "role": "user" } ], "model": "chat" }""", lines: Key));
        Assert.Equal("replayed", second["x-fastgate-idempotency"]);
        Assert.Single(one.Seen);
    }

    [Fact]
    public async Task Same_key_for_another_request_is_a_conflict()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));
        await gateway.AskAsync(Gateway.Chat(lines: Key));
        foreach (string other in new[] { Gateway.Post("""{"model":"chat","messages":[]}""", lines: Key), Gateway.Post("""{"model":"chat","stream":false,"messages":[{"role":"user","content":"hi"}]}""", "/v1/embeddings", Key) })
        {
            Message response = await gateway.AskAsync(other);
            Assert.Equal(409, response.Status);
            Assert.Equal("idempotency_conflict", response.Json.GetProperty("error").GetProperty("code").GetString());
            Assert.Null(response["x-fastgate-idempotency"]);
        }

        Assert.Single(one.Seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Same_key_for_another_request_is_a_conflict_while_the_first_runs(bool stream)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Task<Message> first = gateway.AskAsync(Gateway.Chat(stream: stream, lines: Key));
        (Wire provider, _) = await upstream.AcceptRequestAsync();
        (await gateway.AskAsync(Gateway.Chat(stream: !stream, lines: Key))).IsError(409, "idempotency_conflict", "idempotency-key");
        await provider.SendAsync(stream
            ? ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(ScriptedUpstream.Event + ScriptedUpstream.Finish + ScriptedUpstream.Done) + ScriptedUpstream.LastChunk
            : ScriptedUpstream.Json(Reply.Success));
        Assert.Equal("stored", (await first)["x-fastgate-idempotency"]);
        Assert.Equal(1, upstream.Connections);
        Assert.Equal([("conflict", 1), ("stored", 1)], Counted(gateway));
    }

    [Theory]
    [InlineData("idempotency-key: \r\n")]
    [InlineData("idempotency-key: caf\u00e9\r\n")]
    [InlineData("x-fastgate-idempotency-key: a\tb\r\n")]
    [InlineData(null)]
    public async Task Key_that_is_none_is_refused(string? line)
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));
        Message response = await gateway.AskAsync(Gateway.Chat(lines: line ?? $"idempotency-key: {new string('k', 256)}\r\n"));
        JsonElement error = response.IsError(400, "invalid_request", (line ?? "idempotency-key:").Split(':')[0]);
        Assert.Contains("1 to 255 ASCII characters", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Null(response["x-fastgate-idempotency"]);
        Assert.Empty(one.Seen);
        Message longest = await gateway.AskAsync(Gateway.Chat(lines: $"x-fastgate-idempotency-key: {new string('k', 255)}\r\n"));
        Assert.Equal("stored", longest["x-fastgate-idempotency"]);
    }

    [Fact]
    public async Task Key_belongs_to_the_client_who_sends_it()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one) with
        {
            Clients = [Client("a", "key-a"), Client("b", "key-b")],
        });
        await gateway.AskAsync(Gateway.Chat(lines: Key + "authorization: Bearer key-a\r\n"));
        Message other = await gateway.AskAsync(Gateway.Chat(lines: Key + "authorization: Bearer key-b\r\n"));
        Message same = await gateway.AskAsync(Gateway.Chat(lines: Key + "x-api-key: key-a\r\n"));
        Assert.Equal("stored", other["x-fastgate-idempotency"]);
        Assert.Equal("replayed", same["x-fastgate-idempotency"]);
        Assert.Equal(2, one.Seen.Count);
    }

    [Fact]
    public async Task Key_belongs_to_the_credential_where_no_clients_are_configured()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));
        await gateway.AskAsync(Gateway.Chat(lines: Key + "authorization: Bearer a\r\n"));
        Message other = await gateway.AskAsync(Gateway.Chat(lines: Key + "authorization: Bearer b\r\n"));
        Message none = await gateway.AskAsync(Gateway.Chat(lines: Key));
        Assert.Equal("stored", other["x-fastgate-idempotency"]);
        Assert.Equal("stored", none["x-fastgate-idempotency"]);
    }

    [Fact]
    public async Task Stream_is_replayed_as_it_was()
    {
        using var one = new RepliedUpstream(Reply.Stream);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));
        Message first = await gateway.AskAsync(Gateway.Chat(stream: true, lines: Key));
        Message second = await gateway.AskAsync(Gateway.Chat(stream: true, lines: Key));
        Assert.Equal("replayed", second["x-fastgate-idempotency"]);
        Assert.Equal(first.Text, second.Text);
        Assert.EndsWith("data: [DONE]\n\n", second.Text, StringComparison.Ordinal);
        Assert.Equal("text/event-stream", second["content-type"]);
        Assert.Single(one.Seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Large_answer_is_replayed_in_pieces(bool stream)
    {
        string events = string.Concat(Enumerable.Repeat(ScriptedUpstream.Event, 2000));
        Reply reply = stream ? Reply.Streamed(events + ScriptedUpstream.Finish + ScriptedUpstream.Done)
            : new Reply(ScriptedUpstream.Json(Reply.Success.Replace("fine", new string('x', 300_000), StringComparison.Ordinal)));
        using var one = new RepliedUpstream(reply);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));
        Message first = await gateway.AskAsync(Gateway.Chat(stream: stream, lines: Key));
        Assert.True(first.Body.Length > 150_000, $"{first.Body.Length} octets are not large.");
        for (int i = 0; i < 3; i++)
        {
            Message again = await gateway.AskAsync(Gateway.Chat(stream: stream, lines: Key));
            Assert.Equal("replayed", again["x-fastgate-idempotency"]);
            Assert.Equal(first["content-length"], again["content-length"]);
            Assert.Equal(first["transfer-encoding"], again["transfer-encoding"]);
            Assert.Equal(first.Body, again.Body);
        }

        Assert.Single(one.Seen);
    }

    [Fact]
    public async Task Answer_is_forgotten_after_its_time()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));
        await gateway.AskAsync(Gateway.Chat(lines: Key));
        gateway.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("replayed", (await gateway.AskAsync(Gateway.Chat(lines: Key)))["x-fastgate-idempotency"]);
        gateway.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("stored", (await gateway.AskAsync(Gateway.Chat(lines: Key)))["x-fastgate-idempotency"]);
        Assert.Equal(2, one.Seen.Count);
    }

    [Theory]
    [InlineData(503, false)]
    [InlineData(429, false)]
    [InlineData(401, false)]
    [InlineData(400, true)]
    [InlineData(422, true)]
    public async Task Error_is_kept_only_if_another_try_cannot_mend_it(int status, bool kept)
    {
        using var one = new RepliedUpstream(Reply.Error(status));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));
        Message first = await gateway.AskAsync(Gateway.Chat(lines: Key));
        Message second = await gateway.AskAsync(Gateway.Chat(lines: Key));
        Assert.Equal(status, first.Status);
        Assert.Equal(kept ? "stored" : null, first["x-fastgate-idempotency"]);
        Assert.Equal(kept ? "replayed" : null, second["x-fastgate-idempotency"]);
        if (kept)
        {
            Assert.Equal(first.Body, second.Body);
            Assert.Single(one.Seen);
        }
    }

    [Fact]
    public async Task Joined_stream_comes_live_from_its_first_event()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire first = await gateway.ConnectAsync();
        await first.SendAsync(Gateway.Chat(stream: true, lines: Key));
        (Wire provider, _) = await upstream.AcceptRequestAsync();
        await provider.SendAsync(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(ScriptedUpstream.Event));
        Assert.Equal("stored", (await Message.ReadHeadAsync(first))["x-fastgate-idempotency"]);
        await Message.ReadChunkAsync(first);

        // Two join in the middle, each from the beginning.
        Wire[] joiners = [await gateway.ConnectAsync(), await gateway.ConnectAsync()];
        foreach (Wire joiner in joiners)
        {
            await joiner.SendAsync(Gateway.Chat(stream: true, lines: Key));
            Message head = await Message.ReadHeadAsync(joiner);
            Assert.Equal("joined", head["x-fastgate-idempotency"]);
            Assert.Equal("up/m", head["x-fastgate-target"]);
            Assert.Equal(ScriptedUpstream.Event, System.Text.Encoding.ASCII.GetString(await Message.ReadChunkAsync(joiner)));
        }

        await provider.SendAsync(ScriptedUpstream.Chunk(ScriptedUpstream.Finish + ScriptedUpstream.Done) + ScriptedUpstream.LastChunk);
        foreach (Wire wire in joiners.Prepend(first))
        {
            string rest = "";
            while (await Message.ReadChunkAsync(wire) is { Length: > 0 } chunk)
            {
                rest += System.Text.Encoding.ASCII.GetString(chunk);
            }

            Assert.Equal(ScriptedUpstream.Finish + ScriptedUpstream.Done, rest);
        }

        Assert.Equal(1, upstream.Connections);
    }

    [Fact]
    public async Task Joined_unary_request_waits_for_the_one_answer()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Task<Message> first = gateway.AskAsync(Gateway.Chat(lines: Key));
        (Wire provider, _) = await upstream.AcceptRequestAsync();
        Task<Message>[] joiners = [.. Enumerable.Range(0, 5).Select(_ => gateway.AskAsync(Gateway.Chat(lines: Key)))];
        await Chains.EventuallyAsync(() => gateway.Plane.OpenConnections == 6);
        await provider.SendAsync(ScriptedUpstream.Json(Reply.Success));
        Assert.Equal(Reply.Success, (await first).Text);
        foreach (Message joined in await Task.WhenAll(joiners))
        {
            Assert.Equal(Reply.Success, joined.Text);
            Assert.Contains(joined["x-fastgate-idempotency"], new[] { "joined", "replayed" });
            Assert.Equal($"{Reply.Success.Length}", joined["content-length"]);
        }

        Assert.Equal(1, upstream.Connections);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Request_whose_client_vanished_completes_and_its_retry_costs_nothing(bool stream)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat(stream: stream, lines: Key));
        (Wire provider, _) = await upstream.AcceptRequestAsync();
        client.Reset();
        await Chains.EventuallyAsync(() => gateway.Plane.Detached == 1);
        await provider.SendAsync(stream
            ? ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(ScriptedUpstream.Event + ScriptedUpstream.Finish + ScriptedUpstream.Done) + ScriptedUpstream.LastChunk
            : ScriptedUpstream.Json(Reply.Success));
        Message retry = await gateway.AskAsync(Gateway.Chat(stream: stream, lines: Key));
        Assert.Equal(200, retry.Status);
        Assert.Contains(retry["x-fastgate-idempotency"], new[] { "joined", "replayed" });
        Assert.Equal(stream ? ScriptedUpstream.Event + ScriptedUpstream.Finish + ScriptedUpstream.Done : Reply.Success, retry.Text);
        Assert.Equal(1, upstream.Connections);
        await Chains.EventuallyAsync(() => gateway.Plane.Detached == 0);
    }

    [Fact]
    public async Task Request_without_a_key_ends_with_its_client()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Chat());
        (Wire provider, _) = await upstream.AcceptRequestAsync();
        client.Reset();
        await provider.ExpectEndAsync();
    }

    [Fact]
    public async Task Those_who_joined_a_run_that_fails_get_its_error_and_the_next_one_runs_anew()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire first = await gateway.ConnectAsync();
        await first.SendAsync(Gateway.Chat(lines: Key));
        (Wire provider, _) = await upstream.AcceptRequestAsync();
        Wire joiner = await gateway.ConnectAsync();
        await joiner.SendAsync(Gateway.Chat(lines: Key));
        await Chains.EventuallyAsync(() => gateway.Plane.OpenConnections == 2);
        await provider.SendAsync(ScriptedUpstream.Json(Reply.ErrorBody("overloaded"), "500 Failed"));
        Message failed = await Message.ReadResponseAsync(first);
        Assert.Equal(500, failed.Status);
        Assert.Null(failed["x-fastgate-idempotency"]);

        // Whether it had joined by then or came after: it is answered, by the same error or by a run of its own.
        Task<Message> answered = Message.ReadResponseAsync(joiner);
        Task<Message> again = gateway.AskAsync(Gateway.Chat(lines: Key));
        (await Message.ReadRequestAsync(provider))!.ToString();
        await provider.SendAsync(ScriptedUpstream.Json(Reply.Success));
        Assert.Equal(200, (await again).Status);
        Assert.Contains((await answered).Status, new[] { 200, 500 });
    }

    [Fact]
    public async Task Stream_that_breaks_off_breaks_off_for_those_who_joined_and_is_not_kept()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire first = await gateway.ConnectAsync();
        await first.SendAsync(Gateway.Chat(stream: true, lines: Key));
        (Wire provider, _) = await upstream.AcceptRequestAsync();
        await provider.SendAsync(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(ScriptedUpstream.Event));
        Wire joiner = await gateway.ConnectAsync();
        await joiner.SendAsync(Gateway.Chat(stream: true, lines: Key));
        await Message.ReadHeadAsync(joiner);
        await Message.ReadChunkAsync(joiner);
        provider.EndSending();
        string told = System.Text.Encoding.ASCII.GetString(await Message.ReadChunkAsync(joiner));
        Assert.Contains("stream_interrupted", told, StringComparison.Ordinal);
        await joiner.ExpectEndAsync();
        await Chains.EventuallyAsync(() => Counted(gateway).Contains(("failed", 1)));

        Task<Message> again = gateway.AskAsync(Gateway.Chat(stream: true, lines: Key));
        (provider, _) = await upstream.AcceptRequestAsync();
        await provider.SendAsync(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(ScriptedUpstream.Event + ScriptedUpstream.Finish + ScriptedUpstream.Done) + ScriptedUpstream.LastChunk);
        Assert.Equal("stored", (await again)["x-fastgate-idempotency"]);
    }

    [Fact]
    public async Task Same_content_is_the_same_request_where_the_route_says_so()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one) with { DirectAnswers = new AnswerPolicy { IdempotencyAuto = true } });
        Assert.Equal("stored", (await gateway.AskAsync(Gateway.Chat()))["x-fastgate-idempotency"]);
        Assert.Equal("replayed", (await gateway.AskAsync(Gateway.Chat()))["x-fastgate-idempotency"]);
        Assert.Equal("stored", (await gateway.AskAsync(Gateway.Chat(lines: Key)))["x-fastgate-idempotency"]);
        Assert.Equal("stored", (await gateway.AskAsync(Gateway.Post("""{"model":"chat","messages":[]}""")))["x-fastgate-idempotency"]);
        Assert.Equal("replayed", (await gateway.AskAsync(Gateway.Post("""{ "messages": [], "model": "chat" }""")))["x-fastgate-idempotency"]);

        // Another client's is another one, and so is the same content elsewhere.
        Assert.Equal("stored", (await gateway.AskAsync(Gateway.Chat(lines: "authorization: Bearer b\r\n")))["x-fastgate-idempotency"]);
        Assert.Equal("stored", (await gateway.AskAsync(Gateway.Post("""{"model":"chat","messages":[]}""", "/v1/responses")))["x-fastgate-idempotency"]);
        Assert.Equal(5, one.Seen.Count);
    }

    [Fact]
    public async Task Form_with_another_boundary_is_the_same_form()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));
        static string Form(string boundary, string content)
        {
            string body = $"--{boundary}\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\nchat\r\n--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n{content}\r\n--{boundary}--\r\n";
            return $"POST /v1/audio/transcriptions HTTP/1.1\r\nHost: g\r\nContent-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {body.Length}\r\n{Key}\r\n{body}";
        }

        Assert.Equal("stored", (await gateway.AskAsync(Form("aaaa", "noise")))["x-fastgate-idempotency"]);
        Assert.Equal("replayed", (await gateway.AskAsync(Form("bbbbbb", "noise")))["x-fastgate-idempotency"]);
        Assert.Equal(409, (await gateway.AskAsync(Form("aaaa", "other")))["x-fastgate-idempotency"] is null ? 409 : 200);
    }

    [Fact]
    public async Task Large_body_is_hashed_off_the_loop_and_found_again()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one));
        string text = new('x', 300_000);
        Assert.Equal("stored", (await gateway.AskAsync(Gateway.Post($$"""{"model":"chat","messages":[{"role":"user","content":"{{text}}"}]}""", lines: Key)))["x-fastgate-idempotency"]);
        Assert.Equal("replayed", (await gateway.AskAsync(Gateway.Post($$"""{"messages":[{"content":"{{text}}","role":"user"}],"model":"chat"}""", lines: Key)))["x-fastgate-idempotency"]);
    }

    [Fact]
    public async Task Full_store_serves_without_remembering()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, gateway: s => s with { Stores = s.Stores with { Idempotency = IdempotencyLimits.Default with { Entries = 1 } } });
        Task<Message> first = gateway.AskAsync(Gateway.Chat(lines: Key));
        (Wire held, _) = await upstream.AcceptRequestAsync();
        Task<Message> second = gateway.AskAsync(Gateway.Chat(lines: "idempotency-key: other\r\n"));
        (Wire served, _) = await upstream.AcceptRequestAsync();
        await served.SendAsync(ScriptedUpstream.Json(Reply.Success));
        Assert.Equal(200, (await second).Status);
        Assert.Null((await second)["x-fastgate-idempotency"]);
        await held.SendAsync(ScriptedUpstream.Json(Reply.Success));
        Assert.Equal("stored", (await first)["x-fastgate-idempotency"]);
        Assert.Contains(("full", 1L), Counted(gateway));
    }

    [Fact]
    public async Task Answer_larger_than_is_kept_reaches_its_client_and_is_not_kept()
    {
        string events = string.Concat(Enumerable.Repeat(ScriptedUpstream.Event, 400));
        using var one = new RepliedUpstream(Reply.Streamed(events + ScriptedUpstream.Finish + ScriptedUpstream.Done));
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one) with { Stores = new StoreSettings { Idempotency = IdempotencyLimits.Default with { Answer = 16 * 1024 } } });
        Message first = await gateway.AskAsync(Gateway.Chat(stream: true, lines: Key));
        Message second = await gateway.AskAsync(Gateway.Chat(stream: true, lines: Key));
        Assert.Equal(first.Text, second.Text);
        Assert.EndsWith(ScriptedUpstream.Done, first.Text, StringComparison.Ordinal);
        Assert.Equal(2, one.Seen.Count);
        Assert.Contains(("too_large", 2L), Counted(gateway));
    }

    [Fact]
    public async Task Oldest_answers_go_first()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one) with { Stores = new StoreSettings { Idempotency = IdempotencyLimits.Default with { Entries = 2 } } });
        foreach (string key in new[] { "a", "b", "c" })
        {
            await gateway.AskAsync(Gateway.Chat(lines: $"idempotency-key: {key}\r\n"));
        }

        Assert.Equal("replayed", (await gateway.AskAsync(Gateway.Chat(lines: "idempotency-key: b\r\n")))["x-fastgate-idempotency"]);
        Assert.Equal("replayed", (await gateway.AskAsync(Gateway.Chat(lines: "idempotency-key: c\r\n")))["x-fastgate-idempotency"]);
        Assert.Equal("stored", (await gateway.AskAsync(Gateway.Chat(lines: "idempotency-key: a\r\n")))["x-fastgate-idempotency"]);
    }

    [Fact]
    public async Task Joiner_waits_no_longer_than_its_own_deadline()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Task<Message> first = gateway.AskAsync(Gateway.Chat(lines: Key));
        (Wire provider, _) = await upstream.AcceptRequestAsync();
        Task<Message> joined = gateway.AskAsync(Gateway.Chat(lines: Key + "x-fastgate-timeout-ms: 500\r\n"));
        await Chains.EventuallyAsync(() => gateway.Plane.OpenConnections == 2);
        Message late = await gateway.Time.AdvanceUntilAsync(joined, TimeSpan.FromMilliseconds(100));
        Assert.Equal(504, late.Status);
        await provider.SendAsync(ScriptedUpstream.Json(Reply.Success));
        Assert.Equal(200, (await first).Status);
    }

    private static ClientSettings Client(string name, string key) => new(name, [.. System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(key))]);

    private static (string Result, long Count)[] Counted(Gateway gateway) => [.. gateway.Plane.Metrics.Answers.Idempotency.Read().Where(r => r.Count > 0)];
}
