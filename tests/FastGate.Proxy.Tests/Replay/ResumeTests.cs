using System.Text.Json;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Views;
using FastGate.Routing.Planning;
using static FastGate.Proxy.Tests.Harness.ScriptedUpstream;

namespace FastGate.Proxy.Tests.Replay;

/// <summary>Streams that clients come back to: what they are given, and what they are told when there is nothing to give.</summary>
public sealed class ResumeTests
{
    private static readonly string[] Deltas = [.. "one two three four".Split(' ').Select(ResumeScene.Delta)];

    public static TheoryData<int, bool> Returns
    {
        get
        {
            var data = new TheoryData<int, bool>();
            for (int seen = 0; seen <= Deltas.Length + 2; seen++)
            {
                data.Add(seen, false);
                data.Add(seen, true);
            }

            return data;
        }
    }

    [Fact]
    public async Task Every_event_carries_an_id_and_the_head_the_token()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync();
        EventReader client = await scene.BeginAsync(Start + Deltas[0]);
        Assert.Matches(ResumeScene.TokenPattern(), scene.Token);
        await scene.SayAsync(": ping\n\n" + Deltas[1]);
        await scene.EndAsync();
        string t = scene.Token;
        Assert.Equal(
            [$"id: {t}:1\n{Start}", $"id: {t}:2\n{Deltas[0]}", ": ping\n\n", $"id: {t}:3\n{Deltas[1]}", $"id: {t}:4\n{Finish}", $"id: {t}:5\n{Done}"],
            await client.RestAsync());

        // The connection carries on.
        await client.Wire.SendAsync(Gateway.Get("/-/health"));
        Assert.Equal(200, (await Message.ReadResponseAsync(client.Wire)).Status);
    }

    [Theory]
    [InlineData(StreamResume.WhenAsked, "", false)]
    [InlineData(StreamResume.WhenAsked, "x-fastgate-stream-resume: TRUE\r\n", true)]
    [InlineData(StreamResume.WhenAsked, "x-fastgate-stream-resume: false\r\n", false)]
    [InlineData(StreamResume.Always, "", true)]
    [InlineData(StreamResume.Never, ResumeScene.Ask, false)]
    public async Task Stream_is_resumable_if_route_and_request_say_so(StreamResume route, string lines, bool resumable)
    {
        foreach (string model in new[] { "chat", "up/m" })
        {
            await using ResumeScene scene = await ResumeScene.StartAsync(new StreamSettings { Resume = route });
            EventReader client = await scene.BeginAsync(Deltas[0], request: Gateway.Chat(model, stream: true, lines: lines));
            await scene.EndAsync();
            Assert.Equal(resumable, scene.Token.Length > 0);
            Assert.All(await client.RestAsync(), block => Assert.Equal(resumable, block.StartsWith("id: ", StringComparison.Ordinal)));
        }
    }

    [Theory]
    [MemberData(nameof(Returns))]
    public async Task Client_that_left_after_any_event_is_given_all_the_others(int seen, bool post)
    {
        await using ResumeScene scene = await ResumeScene.StartAsync();
        EventReader client = await scene.BeginAsync(Deltas[0]);
        List<string> all = [];
        for (int i = 1; i < Deltas.Length; i++)
        {
            if (all.Count < seen)
            {
                all.AddRange(await client.TakeAsync(1));
            }

            if (i == seen)
            {
                await scene.LeaveAsync(client);
            }

            await scene.SayAsync(Deltas[i]);
        }

        if (seen is 0 or 4)
        {
            await scene.LeaveAsync(client);
        }

        await scene.EndAsync();
        if (seen > Deltas.Length)
        {
            // It stayed until then.
            await client.TakeAsync(seen - all.Count);
            client.Wire.Dispose();
        }

        EventReader back = await scene.ResumeAsync(seen, post);
        if (seen == Deltas.Length + 2)
        {
            // A client that has seen the end asks again, too, as browsers do; the stream's own end may take a moment longer.
            while (back.Head.Status == 200)
            {
                Assert.Empty(await back.RestAsync());
                back = await scene.ResumeAsync(seen, post);
            }

            Assert.Equal(204, back.Head.Status);
            return;
        }

        Assert.Equal(200, back.Head.Status);
        Assert.Equal("text/event-stream", back.Head["content-type"]);
        Assert.Equal(scene.Token, back.Head["x-fastgate-stream"]);
        Assert.Equal("up/m", back.Head["x-fastgate-target"]);
        string[] blocks = [.. Deltas, Finish, Done];
        string[] expected = [.. blocks.Select((block, i) => $"id: {scene.Token}:{i + 1}\n{block}")];
        Assert.Equal(expected[seen..], await back.RestAsync());
    }

    [Fact]
    public async Task Without_an_id_the_stream_comes_from_its_first_event()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync();
        EventReader client = await scene.BeginAsync(Deltas[0]);
        await scene.EndAsync();
        await client.RestAsync();
        EventReader back = await scene.ResumeAsync();
        Assert.Equal(3, (await back.RestAsync()).Count);
        Assert.Equal(3, (await (await scene.ResumeAsync(lines: "Last-Event-ID: \r\n")).RestAsync()).Count);
    }

    [Fact]
    public async Task Second_connection_reads_on_while_the_first_is_half_open()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync();
        EventReader first = await scene.BeginAsync(Deltas[0]);
        await first.TakeAsync(1);

        // The first connection's network is gone without a word; the client comes back on another.
        EventReader second = await scene.ResumeAsync(1);
        await scene.SayAsync(Deltas[1]);
        Assert.Equal($"id: {scene.Token}:2\n{Deltas[1]}", await second.NextAsync());
        await scene.EndAsync();
        List<string> rest = await second.RestAsync();
        Assert.Equal($"id: {scene.Token}:4\n{Done}", rest[^1]);

        // It was only slow: nothing is lost there either.
        Assert.Equal(4 - 1, (await first.RestAsync()).Count);
    }

    [Fact]
    public async Task Event_that_comes_together_with_a_wake_up_is_not_left_lying()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync(new StreamSettings { Ring = 1024 * 1024 });
        EventReader client = await scene.BeginAsync(Deltas[0]);
        Assert.NotNull(await client.NextAsync());
        Assert.True(Proxy.Replay.StreamToken.TryParse(System.Text.Encoding.ASCII.GetBytes(scene.Token), out Proxy.Replay.StreamToken token));
        Proxy.Replay.Recording recording = scene.Gateway.Plane.Streams.Find(token)!.Recording;
        using var stop = new CancellationTokenSource();
        var waking = Task.Run(() =>
        {
            // Whoever begins to read wakes the exchange.
            var listener = new Listener();
            while (!stop.IsCancellationRequested)
            {
                Assert.Equal(Proxy.Replay.AttachResult.Attached, listener.Reader.TryAttach(recording, 1));
                listener.Reader.Detach();
            }
        });
        for (int i = 0; i < 1000; i++)
        {
            await scene.SayAsync(Deltas[1]);
            Assert.NotNull(await client.NextAsync());
        }

        await stop.CancelAsync();
        await waking.Soon();
        recording.Release();
        await scene.EndAsync();
        Assert.Equal(2, (await client.RestAsync()).Count);
    }

    [Fact]
    public async Task Many_readers_are_given_the_same()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync();
        EventReader first = await scene.BeginAsync(Deltas[0]);
        EventReader[] readers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => scene.ResumeAsync(i % 2, post: i % 3 == 0)));
        foreach (string delta in Deltas[1..])
        {
            await scene.SayAsync(delta);
        }

        await scene.EndAsync();
        List<string> all = await first.RestAsync();
        for (int i = 0; i < readers.Length; i++)
        {
            Assert.Equal(all[(i % 2)..], await readers[i].RestAsync());
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("Idempotency-Key: abc\r\n")]
    public async Task Client_that_does_not_read_holds_nobody_else_up(string lines)
    {
        string large = ResumeScene.Delta(new string('x', 64 * 1024));
        await using ResumeScene scene = await ResumeScene.StartAsync(new StreamSettings { Ring = 64 * 1024 * 1024 });
        EventReader stuck = await scene.BeginAsync(Deltas[0], ResumeScene.Ask + lines, receiveBuffer: 4096);
        EventReader reader = await scene.ResumeAsync(0);
        Assert.Equal($"id: {scene.Token}:1\n{Deltas[0]}", await reader.NextAsync());
        var sending = Task.Run(async () =>
        {
            for (int i = 0; i < 200; i++)
            {
                await scene.SayAsync(large);
            }

            await scene.EndAsync();
        });
        var reading = Task.Run(async () =>
        {
            for (int i = 0; i < 200; i++)
            {
                Assert.Equal($"id: {scene.Token}:{i + 2}\n{large}", await reader.NextAsync());
            }

            await sending;
            return (await reader.RestAsync()).Count;
        });
        Assert.Equal(2, await scene.Gateway.Time.AdvanceUntilAsync(reading, TimeSpan.FromMilliseconds(250)));

        // It is cut off, but it can come back and has lost nothing.
        Assert.Equal(203, (await (await scene.ResumeAsync(0)).RestAsync()).Count);
        await Assert.ThrowsAnyAsync<IOException>(() => stuck.RestAsync());
    }

    [Fact]
    public async Task Client_that_was_stuck_before_the_other_came_is_let_go()
    {
        string large = ResumeScene.Delta(new string('x', 64 * 1024));
        await using ResumeScene scene = await ResumeScene.StartAsync(new StreamSettings { Ring = 64 * 1024 * 1024 });
        EventReader stuck = await scene.BeginAsync(Deltas[0], receiveBuffer: 4096);
        var sending = Task.Run(async () =>
        {
            for (int i = 0; i < 400; i++)
            {
                await scene.SayAsync(large);
            }

            await scene.EndAsync();
        });

        // The provider is held back by the one client there is.
        await Chains.EventuallyAsync(() => scene.Gateway.Plane.Streams.Memory.Octets > 1024 * 1024);
        EventReader reader = await scene.ResumeAsync(0);
        Assert.Equal(403, (await scene.Gateway.Time.AdvanceUntilAsync(reader.RestAsync(), TimeSpan.FromMilliseconds(250))).Count);
        await sending.Soon();
        await Assert.ThrowsAnyAsync<IOException>(() => stuck.RestAsync());
    }

    [Fact]
    public async Task Client_that_never_reads_counts_as_gone_when_its_patience_is_over()
    {
        string large = ResumeScene.Delta(new string('x', 64 * 1024));
        await using ResumeScene scene = await ResumeScene.StartAsync(
            new StreamSettings { Ring = 64 * 1024 * 1024, Retain = TimeSpan.FromHours(1) }, settings => settings with { Limits = settings.Limits with { IdleTimeout = TimeSpan.FromSeconds(30) } });
        EventReader stuck = await scene.BeginAsync(Deltas[0], receiveBuffer: 4096);
        var sending = Task.Run(async () =>
        {
            for (int i = 0; i < 400; i++)
            {
                await scene.SayAsync(large);
            }

            await scene.EndAsync();
        });
        var detached = Task.Run(async () =>
        {
            await sending;
            return true;
        });
        await scene.Gateway.Time.AdvanceUntilAsync(detached, TimeSpan.FromSeconds(5));
        Assert.Equal(403, (await (await scene.ResumeAsync(0)).RestAsync()).Count);
        await Assert.ThrowsAnyAsync<IOException>(() => stuck.RestAsync());
    }

    [Fact]
    public async Task Key_of_another_client_opens_nothing_and_a_reload_changes_nothing()
    {
        GatewaySettings? current = null;
        await using ResumeScene scene = await ResumeScene.StartAsync(change: settings => current = settings with { Clients = [ResumeScene.Client("a"), ResumeScene.Client("b")] });
        EventReader client = await scene.BeginAsync(Deltas[0], ResumeScene.Ask + ResumeScene.Key("a"));
        foreach (bool post in new[] { false, true })
        {
            Wire other = await scene.Gateway.ConnectAsync();
            await other.SendAsync(scene.Again(0, post, ResumeScene.Key("b")));
            (await Message.ReadResponseAsync(other)).IsError(403, "stream_forbidden");
        }

        (await scene.Gateway.AskAsync(scene.Again(0, false))).IsError(401, "invalid_api_key");
        scene.Gateway.Plane.Apply(current! with { Clients = [ResumeScene.Client("b"), ResumeScene.Client("a")], Routes = [] });
        EventReader back = await scene.ResumeAsync(0, lines: ResumeScene.Key("a"));
        await scene.EndAsync();
        Assert.Equal(3, (await back.RestAsync()).Count);
        Assert.Equal(3, (await client.RestAsync()).Count);
        (await scene.Gateway.AskAsync(scene.Again(0, false, ResumeScene.Key("b")))).IsError(403, "stream_forbidden");

        // Where nobody needs a key any more, the token is all that counts.
        scene.Gateway.Plane.Apply(current! with { Clients = [] });
        Assert.Equal(3, (await (await scene.ResumeAsync(0)).RestAsync()).Count);
    }

    [Theory]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAB")]
    [InlineData("short")]
    [InlineData("much-too-long-for-a-token-of-a-stream")]
    [InlineData("AAAAAAAAAAAAAAAAAAAA%3D")]
    public async Task Token_that_names_no_stream_is_not_found(string token)
    {
        await using ResumeScene scene = await ResumeScene.StartAsync();
        (await scene.Gateway.AskAsync(Gateway.Get($"/v1/streams/{token}"))).IsError(404, "stream_not_found");
    }

    [Fact]
    public async Task Stream_is_kept_for_its_time_and_no_longer()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync(new StreamSettings { Retain = TimeSpan.FromSeconds(60) });
        EventReader client = await scene.BeginAsync(Deltas[0]);
        await scene.EndAsync();
        await client.RestAsync();
        scene.Gateway.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(3, (await (await scene.ResumeAsync(0)).RestAsync()).Count);
        scene.Gateway.Time.Advance(TimeSpan.FromSeconds(2));
        (await scene.Gateway.AskAsync(scene.Again(0, post: false))).IsError(404, "stream_not_found");
        (await scene.Gateway.AskAsync(scene.Again(0, post: true))).IsError(404, "stream_not_found");
        Assert.Equal(0, scene.Gateway.Plane.Streams.Memory.Octets);
        Assert.Equal(0, scene.Gateway.Plane.Streams.Count);
    }

    [Fact]
    public async Task Nobody_reads_for_the_time_and_the_providers_call_is_cancelled()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync(new StreamSettings { Retain = TimeSpan.FromSeconds(60) });
        EventReader client = await scene.BeginAsync(Deltas[0]);
        await client.TakeAsync(1);
        await scene.LeaveAsync(client);
        scene.Gateway.Time.Advance(TimeSpan.FromSeconds(59));
        await scene.SayAsync(Deltas[1]);
        EventReader back = await scene.ResumeAsync(1);
        Assert.Equal($"id: {scene.Token}:2\n{Deltas[1]}", await back.NextAsync());
        back.Wire.Dispose();
        await Chains.EventuallyAsync(() => scene.Gateway.Plane.OpenConnections == 1);
        scene.Gateway.Time.Advance(TimeSpan.FromSeconds(59));
        await scene.SayAsync(Deltas[2]);
        back = await scene.ResumeAsync(2);
        await back.TakeAsync(1);
        Assert.Equal(1, scene.Gateway.Plane.Streams.Detached.Count);
        back.Wire.Dispose();
        await Chains.EventuallyAsync(() => scene.Gateway.Plane.OpenConnections == 1);
        scene.Gateway.Time.Advance(TimeSpan.FromSeconds(61));
        await scene.Provider.ExpectEndAsync();
        await Chains.EventuallyAsync(() => scene.Gateway.Plane.Streams.Detached.Count == 0);
    }

    [Fact]
    public async Task Stream_that_was_given_up_says_so_to_who_comes_back()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync(new StreamSettings { Retain = TimeSpan.FromSeconds(60) });
        EventReader client = await scene.BeginAsync(Deltas[0]);
        await client.TakeAsync(1);
        await scene.LeaveAsync(client);
        scene.Gateway.Time.Advance(TimeSpan.FromSeconds(61));
        await scene.Provider.ExpectEndAsync();
        await Chains.EventuallyAsync(() => scene.Gateway.Plane.Streams.Detached.Count == 0);
        List<string> rest = await (await scene.ResumeAsync(1)).RestOfBrokenAsync();
        string last = Assert.Single(rest);
        Assert.StartsWith($"id: {scene.Token}:2\n", last, StringComparison.Ordinal);
        Assert.Contains("stream_interrupted", last, StringComparison.Ordinal);
        Assert.Equal(204, (await scene.ResumeAsync(2)).Head.Status);
    }

    [Fact]
    public async Task Broken_streams_last_event_has_an_id_too()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync();
        EventReader client = await scene.BeginAsync(Deltas[0]);
        scene.Provider.Reset();
        List<string> all = await client.RestOfBrokenAsync();
        Assert.Equal(2, all.Count);
        Assert.StartsWith($"id: {scene.Token}:2\n", all[1], StringComparison.Ordinal);
        Assert.Contains("stream_interrupted", all[1], StringComparison.Ordinal);
        Assert.Equal(all[1..], await (await scene.ResumeAsync(1)).RestOfBrokenAsync());
        Assert.Equal(204, (await scene.ResumeAsync(2, post: true)).Head.Status);
    }

    [Fact]
    public async Task Events_that_the_ring_has_dropped_are_gone_and_it_is_said_why()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync(new StreamSettings { Ring = 16 * 1024 });
        EventReader client = await scene.BeginAsync(Deltas[0]);
        for (int i = 0; i < 50; i++)
        {
            await scene.SayAsync(ResumeScene.Delta(new string('x', 1000)));
        }

        await scene.EndAsync();
        Assert.Equal(53, (await client.RestAsync()).Count);
        foreach (bool post in new[] { false, true })
        {
            string message = (await scene.Gateway.AskAsync(scene.Again(1, post))).IsError(404, "stream_not_found").GetProperty("message").GetString()!;
            Assert.Contains("stream.ring", message, StringComparison.Ordinal);
        }

        Assert.Equal(3, (await (await scene.ResumeAsync(50)).RestAsync()).Count);
        Assert.Equal(16 * 1024, scene.Gateway.Plane.Streams.Memory.Octets);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("TOKEN")]
    [InlineData("TOKEN:")]
    [InlineData("TOKEN:-1")]
    [InlineData("TOKEN:+1")]
    [InlineData("TOKEN:1x")]
    [InlineData("TOKEN:1 ")]
    [InlineData("TOKEN:99999999999999999999")]
    [InlineData("TOKEN:4")]
    [InlineData("TOKEN:999999999999999999")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA:1")]
    public async Task Id_that_cannot_be_one_of_the_streams_is_refused(string id)
    {
        await using ResumeScene scene = await ResumeScene.StartAsync();
        EventReader client = await scene.BeginAsync(Deltas[0]);
        await scene.EndAsync();
        await client.RestAsync();
        id = id.Replace("TOKEN", scene.Token, StringComparison.Ordinal);
        if (id.EndsWith(' '))
        {
            // White space around a field's value is not part of it.
            Assert.Equal(2, (await (await scene.ResumeAsync(lines: $"Last-Event-ID: {id}\r\n")).RestAsync()).Count);
            return;
        }

        (await scene.Gateway.AskAsync(Gateway.Get($"/v1/streams/{scene.Token}", $"Last-Event-ID: {id}\r\n"))).IsError(400, "invalid_request", "last-event-id");
    }

    [Fact]
    public async Task Post_with_an_id_of_another_server_is_a_new_request()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync();
        EventReader client = await scene.BeginAsync(Deltas[0], "Last-Event-ID: 17\r\n");
        await scene.EndAsync();
        Assert.Equal(3, (await client.RestAsync()).Count);
    }

    [Theory]
    [InlineData("id: 7\n")]
    [InlineData("id\n")]
    [InlineData("id:\r\n")]
    [InlineData("id: a\0b\n")]
    [InlineData("id: one\nid: two\r\n")]
    public async Task Id_of_the_provider_gives_way_to_ours(string line)
    {
        await using ResumeScene scene = await ResumeScene.StartAsync();
        EventReader client = await scene.BeginAsync(line + Deltas[0] + line + "\n" + Deltas[1]);
        await scene.EndAsync();
        List<string> all = await client.RestAsync();
        Assert.Equal(
            [$"id: {scene.Token}:1\n{Deltas[0]}", $"id: {scene.Token}:2\n{Deltas[1]}", $"id: {scene.Token}:3\n{Finish}", $"id: {scene.Token}:4\n{Done}"],
            all.Select(block => block.TrimStart('\n', '\r')));
        Assert.Equal(4, (await (await scene.ResumeAsync(0)).RestAsync()).Count);
    }

    [Theory]
    [InlineData("/v1/completions", "data: {\"choices\":[{\"index\":0,\"text\":\"Hi\",\"finish_reason\":null}]}\n\n", "data: [DONE]\n\n")]
    [InlineData("/v1/responses", "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\n",
        "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{}}\n\n")]
    public async Task Other_surfaces_streams_can_be_resumed_too(string path, string delta, string end)
    {
        await using ResumeScene scene = await ResumeScene.StartAsync();
        EventReader client = await scene.BeginAsync(delta, request: Gateway.Post("{\"model\":\"chat\",\"stream\":true}", path, ResumeScene.Ask));
        await scene.LeaveAsync(client);
        await scene.SayAsync(delta);
        await scene.EndAsync(end);
        Assert.Equal(
            [$"id: {scene.Token}:1\n{delta}", $"id: {scene.Token}:2\n{delta}", $"id: {scene.Token}:3\n{end}"], await (await scene.ResumeAsync(0)).RestAsync());
    }

    [Fact]
    public async Task Interruption_of_a_responses_stream_keeps_its_grammar()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync();
        EventReader client = await scene.BeginAsync(
            "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"Hi\"}\n\n",
            request: Gateway.Post("{\"model\":\"chat\",\"stream\":true}", "/v1/responses", ResumeScene.Ask));
        scene.Provider.Reset();
        List<string> all = await client.RestOfBrokenAsync();
        Assert.StartsWith($"id: {scene.Token}:2\nevent: ", all[1], StringComparison.Ordinal);
        Assert.Equal(all[1..], await (await scene.ResumeAsync(1)).RestOfBrokenAsync());
    }

    [Fact]
    public async Task Clients_of_http_1_0_get_and_resume_streams_that_end_with_the_connection()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync();
        EventReader client = await scene.BeginAsync(Deltas[0], request: Gateway.Chat(stream: true, lines: ResumeScene.Ask).Replace("HTTP/1.1", "HTTP/1.0", StringComparison.Ordinal));
        await scene.EndAsync();
        string expected = $"id: {scene.Token}:1\n{Deltas[0]}id: {scene.Token}:2\n{Finish}id: {scene.Token}:3\n{Done}";
        Assert.Equal(expected, await client.Wire.ReadToEndAsync());
        Wire old = await scene.Gateway.ConnectAsync();
        await old.SendAsync(scene.Again(1, post: false).Replace("HTTP/1.1", "HTTP/1.0", StringComparison.Ordinal));
        Message answer = await Message.ReadResponseAsync(old);
        Assert.Equal(200, answer.Status);
        Assert.Equal(expected[expected.IndexOf($"id: {scene.Token}:2", StringComparison.Ordinal)..], answer.Text);
    }

    [Fact]
    public async Task Head_is_answered_without_a_body_and_without_an_end()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync();
        await scene.BeginAsync(Deltas[0]);
        Wire client = await scene.Gateway.ConnectAsync();
        foreach ((string path, string lines, int status) in new[]
        {
            (scene.Token, "", 200), (scene.Token, $"Last-Event-ID: {scene.Token}:1\r\n", 200), ("AAAAAAAAAAAAAAAAAAAAAA", "", 404), (scene.Token, "", 200),
        })
        {
            await client.SendAsync(Gateway.Get($"/v1/streams/{path}", lines, "HEAD"));
            Assert.Equal(status, (await Message.ReadResponseAsync(client, bodyless: true)).Status);
        }

        Assert.Equal("GET, HEAD", (await scene.Gateway.AskAsync(Gateway.Get($"/v1/streams/{scene.Token}", method: "DELETE")))["allow"]);
        await scene.EndAsync();
    }

    [Fact]
    public async Task Reader_may_speak_tls()
    {
        using System.Security.Cryptography.X509Certificates.X509Certificate2 certificate = Certificates.SelfSigned();
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(
            Gateway.Settings(Gateway.Provider("up", upstream.EndPoint)), new Proxy.Server.ListenSettings(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0), certificate));
        Wire first = await gateway.ConnectTlsAsync();
        await first.SendAsync(Gateway.Chat(stream: true, lines: ResumeScene.Ask));
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(StreamHead + Chunk(Deltas[0]));
        EventReader client = await EventReader.BeginAsync(first);
        string token = client.Head["x-fastgate-stream"]!;
        client.Wire.Dispose();
        await Chains.EventuallyAsync(() => gateway.Plane.Streams.Detached.Count == 1);
        Wire second = await gateway.ConnectTlsAsync();
        await second.SendAsync(Gateway.Get($"/v1/streams/{token}"));
        EventReader back = await EventReader.BeginAsync(second);
        await back.TakeAsync(1);
        await wire.SendAsync(Chunk(Finish + Done) + LastChunk);
        Assert.Equal(2, (await back.RestAsync()).Count);
    }

    [Fact]
    public async Task Stream_that_breaks_while_nobody_reads_is_continued_and_resumed_as_one()
    {
        using var second = new ScriptedUpstream();
        await using ResumeScene scene = await ResumeScene.StartAsync(change: settings => settings with
        {
            Providers = [.. settings.Providers, Gateway.Provider("other", second.EndPoint)],
            Routes = [settings.Routes[0] with { Members = [new MemberDefinition("up/m"), new MemberDefinition("other/m")] }],
        });
        EventReader client = await scene.BeginAsync(ResumeScene.Delta("one"));
        await client.TakeAsync(1);
        await scene.LeaveAsync(client);
        await scene.SayAsync(ResumeScene.Delta(" two"));
        scene.Provider.Reset();
        (Wire other, _) = await second.AcceptRequestAsync();
        EventReader back = await scene.ResumeAsync(1);
        await other.SendAsync(StreamHead + Chunk("id: 1\n" + ResumeScene.Delta("one two") + ": ping\n\nid: 2\n" + ResumeScene.Delta(" three") + Finish + Done) + LastChunk);
        List<string> rest = await back.RestAsync();
        rest.RemoveAll(block => block == ": ping\n\n");
        Assert.Equal(Enumerable.Range(2, rest.Count), rest.Select(block => int.Parse(block.AsSpan(4 + 22 + 1, block.IndexOf('\n', StringComparison.Ordinal) - 27), System.Globalization.CultureInfo.InvariantCulture)));
        Assert.All(rest, block => Assert.Equal(1, block.Split("id: ").Length - 1));
        Assert.Equal(" two three", string.Concat(rest.Where(block => block.Contains("\"content\"", StringComparison.Ordinal)).Select(block =>
            JsonDocument.Parse(block[(block.IndexOf("data: ", StringComparison.Ordinal) + 6)..]).RootElement.GetProperty("choices")[0].GetProperty("delta").GetProperty("content").GetString())));
        Assert.EndsWith(Done, rest[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_streams_without_clients_end_with_them()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync(change: settings => settings with { Limits = settings.Limits with { MaxDetached = 0 } });
        EventReader client = await scene.BeginAsync(Deltas[0]);
        await client.TakeAsync(1);
        client.Wire.Dispose();
        await scene.Provider.ExpectEndAsync();
    }

    [Fact]
    public async Task Stream_is_served_without_a_token_when_there_is_no_memory_for_it()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync(change: settings => settings with { Limits = settings.Limits with { ReplayMemory = 0 } });
        EventReader client = await scene.BeginAsync(Deltas[0]);
        Assert.Equal("", scene.Token);
        await scene.EndAsync();
        Assert.Equal([Deltas[0], Finish, Done], await client.RestAsync());
    }

    [Fact]
    public async Task Oldest_finished_stream_gives_its_memory_to_the_next()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync(change: settings => settings with { Limits = settings.Limits with { ReplayMemory = 2 * 4096 } });
        List<string> tokens = [];
        for (int i = 0; i < 3; i++)
        {
            EventReader client = await scene.BeginAsync(Deltas[0]);
            await scene.EndAsync();
            await client.RestAsync();
            tokens.Add(scene.Token);

            // The next stream takes a connection of its own.
            scene.Provider.Dispose();
        }

        (await scene.Gateway.AskAsync(scene.Again(0, false, token: tokens[0]))).IsError(404, "stream_not_found");
        Assert.Equal(3, (await (await scene.ResumeAsync(0, token: tokens[1])).RestAsync()).Count);
        Assert.Equal(3, (await (await scene.ResumeAsync(0, token: tokens[2])).RestAsync()).Count);
    }

    [Fact]
    public async Task Stopping_gateway_lets_streams_without_clients_finish()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync();
        EventReader client = await scene.BeginAsync(Deltas[0]);
        await scene.LeaveAsync(client);
        EventReader reader = await scene.ResumeAsync(0);
        Task<int> stopping = scene.Gateway.Plane.StopAsync();
        await scene.SayAsync(Deltas[1]);
        await reader.TakeAsync(2);
        Assert.False(stopping.IsCompleted);
        await scene.EndAsync();
        Assert.Equal(2, (await reader.RestAsync()).Count);
        Assert.Equal(0, await stopping.Soon());
        await reader.Wire.ExpectEndAsync();
    }

    [Fact]
    public async Task Stopping_gateway_cuts_streams_without_clients_when_the_drain_timeout_is_over()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync(change: settings => settings with { Limits = settings.Limits with { DrainTimeout = TimeSpan.Zero } });
        EventReader client = await scene.BeginAsync(Deltas[0]);
        await scene.LeaveAsync(client);
        Assert.Equal(1, await scene.Gateway.Plane.StopAsync().Soon());
        await scene.Provider.ExpectEndAsync();
    }

    [Fact]
    public async Task What_came_of_returns_is_counted()
    {
        await using ResumeScene scene = await ResumeScene.StartAsync(change: settings => settings with { Clients = [ResumeScene.Client("a"), ResumeScene.Client("b")] });
        EventReader client = await scene.BeginAsync(Deltas[0], ResumeScene.Ask + ResumeScene.Key("a"));
        EventReader live = await scene.ResumeAsync(0, lines: ResumeScene.Key("a"));
        await scene.EndAsync();
        await live.RestAsync();
        await client.RestAsync();
        await (await scene.ResumeAsync(0, lines: ResumeScene.Key("a"))).RestAsync();
        await scene.ResumeAsync(3, lines: ResumeScene.Key("a"));
        await scene.ResumeAsync(0, lines: ResumeScene.Key("b"));
        await scene.ResumeAsync(0, lines: ResumeScene.Key("b"), token: "AAAAAAAAAAAAAAAAAAAAAA");
        var view = new GatewayView(scene.Gateway.Plane);
        Assert.Equal(
            "empty 1, expired 1, forbidden 1, live 1, replayed 1",
            string.Join(", ", view.Results.Single(family => family.Name == "fastgate_stream_resumes_total").Counts.Select(count => $"{count.Result} {count.Count}")));
        Assert.Equal(4096, view.ReplayOctets);
        Assert.Equal(1, view.ResumableStreams);
        Assert.Equal(0, view.DetachedRequests);
    }

    [Fact]
    public void Tokens_are_read_as_they_are_written()
    {
        for (int i = 0; i < 1000; i++)
        {
            var token = Proxy.Replay.StreamToken.Create();
            byte[] text = new byte[Proxy.Replay.StreamToken.Length];
            token.Write(text);
            Assert.True(Proxy.Replay.StreamToken.TryParse(text, out Proxy.Replay.StreamToken read));
            Assert.Equal(token, read);
        }
    }
}
