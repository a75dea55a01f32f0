using System.Text.Json;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Continuation;

/// <summary>Streams that break in mid-answer and are completed by another provider, over real sockets.</summary>
public sealed class ContinuationTests
{
    private const string Answer = "The quick brown fox jumps over the lazy dog. It was not a \"clever\" fox, but a patient one: it waited \u2014 and na\u00efvely hoped \ud83d\ude00 \u2014 for the dog to wake up.";
    private const string Beginning = "The quick brown fox jumps over";

    public static TheoryData<bool, string> Repetitions => new()
    {
        { true, "nothing" }, { true, "everything" }, { true, "a sentence" },
        { false, "nothing" }, { false, "everything" }, { false, "a sentence" }, { false, "a word" },
    };

    [Theory]
    [MemberData(nameof(Repetitions))]
    public async Task Text_is_shown_once_whatever_the_continuation_repeats(bool prefill, string repeated)
    {
        string text = repeated switch
        {
            "nothing" => Answer[Beginning.Length..],
            "everything" => Answer,
            "a sentence" => Answer[Answer.IndexOf("fox jumps", StringComparison.Ordinal)..],
            _ => Answer[Answer.IndexOf("over", StringComparison.Ordinal)..],
        };
        using var one = new RepliedUpstream(Answers.CutAfter(Beginning));
        using var two = new RepliedUpstream(Answers.Whole(text, "two"));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(prefill, one, two));

        ReadStream stream = await gateway.StreamAsync();

        stream.IsComplete(Answer);
        Assert.All(stream.Chunks, chunk => Assert.Equal("chatcmpl-one", chunk.GetProperty("id").GetString()));
        Assert.All(stream.Chunks, chunk => Assert.Equal(1111, chunk.GetProperty("created").GetInt32()));
        Assert.Equal("m-one", stream.Chunks[0].GetProperty("model").GetString());
        Assert.Equal("m-two", stream.Chunks[^1].GetProperty("model").GetString());
        Assert.Equal(1, stream.Roles);
        Assert.Equal("one/m", stream.Head["x-fastgate-target"]);
        JsonElement[] messages = [.. two.Seen[0].Json.GetProperty("messages").EnumerateArray()];
        Assert.Equal(prefill ? 2 : 3, messages.Length);
        Assert.Equal("Go.", messages[0].GetProperty("content").GetString());
        Assert.Equal("assistant", messages[1].GetProperty("role").GetString());
        Assert.Equal(Beginning, messages[1].GetProperty("content").GetString());
    }

    // Were it asked to go on first, what it answers might be a repetition or not, and be paid for by the time it is given up.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Little_text_is_replayed_first_under_a_key(bool prefill)
    {
        (ReadStream stream, bool[] replays) = await GoOnUnderKeyAsync(prefill, "1", replay: "11 of them", rest: "1 of them");

        stream.IsComplete("11 of them");
        Assert.True(Assert.Single(replays));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Little_text_that_cannot_be_replayed_is_gone_on_with(bool prefill)
    {
        (ReadStream stream, bool[] replays) = await GoOnUnderKeyAsync(prefill, "1", replay: "Two of us", rest: " of them");

        stream.IsComplete("1 of them");
        Assert.Equal([true, false], replays);
    }

    [Fact]
    public async Task Little_text_that_stays_in_doubt_under_a_key_is_interrupted()
    {
        (ReadStream stream, _) = await GoOnUnderKeyAsync(prefill: true, "1", replay: "Two of us", rest: "1 of them");

        stream.IsInterrupted("1");
    }

    [Fact]
    public async Task Replay_goes_on_behind_what_was_delivered()
    {
        using var one = new RepliedUpstream(Answers.CutAfter(Beginning));
        using var two = new RepliedUpstream(Answers.Whole(Answer, "two"));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two).With(StreamContinuation.Replay));

        (await gateway.StreamAsync()).IsComplete(Answer);

        Assert.Equal(1, two.Seen[0].Json.GetProperty("messages").GetArrayLength());
    }

    [Fact]
    public async Task Replay_of_another_answer_is_never_glued_on()
    {
        using var one = new RepliedUpstream(Answers.CutAfter(Beginning));
        using var two = new RepliedUpstream(Answers.Whole("The quick brown cat sleeps.", "two"));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two).With(StreamContinuation.Replay));

        (await gateway.StreamAsync()).IsInterrupted(Beginning);
    }

    [Fact]
    public async Task Continuation_may_be_switched_off()
    {
        using var one = new RepliedUpstream(Answers.CutAfter(Beginning));
        using var two = new RepliedUpstream(Answers.Whole(Answer, "two"));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two).With(StreamContinuation.Off));

        (await gateway.StreamAsync()).IsInterrupted(Beginning);
        Assert.Empty(two.Seen);
    }

    public static TheoryData<string, string> Breaks => new()
    {
        { "end", ScriptedUpstream.LastChunk },
        { "fin", "" },
        { "rst", "" },
        { "garbage", "zz\r\n" },
        { "error event", ScriptedUpstream.Chunk("data: {\"error\":{\"message\":\"The engine fell over.\",\"type\":\"server_error\"}}\n\n") },
        { "refusal in an event", ScriptedUpstream.Chunk("data: {\"error\":{\"message\":\"Bad.\",\"type\":\"invalid_request_error\"}}\n\n") },
    };

    [Theory]
    [MemberData(nameof(Breaks))]
    public async Task However_a_stream_breaks_it_is_continued(string how, string rest)
    {
        After after = how switch { "fin" => After.Close, "rst" => After.Reset, _ => After.Open };
        string events = Answers.Role() + Answers.Words(Beginning, "one");
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(events) + rest, after));
        using var two = new RepliedUpstream(Answers.Whole(Answer, "two"));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(false, one, two));

        ReadStream stream = await gateway.StreamAsync();

        stream.IsComplete(Answer);
        Assert.Equal("continued=1 failed=0 impossible=0 mismatch=0 no_target=0", Counted(gateway));
    }

    [Fact]
    public async Task Silent_stream_is_continued_after_the_stall_window()
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(Answers.Role() + Answers.Words(Beginning, "one"))));
        using var two = new RepliedUpstream(Answers.Whole(Answer, "two"));
        GatewaySettings settings = Answers.Over(false, one, two)
            .WithProvider(0, provider => provider with { Timeouts = Gateway.Patient with { Stall = TimeSpan.FromSeconds(15) } });
        await using Gateway gateway = await Gateway.StartAsync(settings);
        DateTimeOffset start = gateway.Time.GetUtcNow();

        ReadStream stream = await gateway.StreamWhileAsync(TimeSpan.FromMilliseconds(500));

        stream.IsComplete(Answer);
        Assert.InRange((gateway.Time.GetUtcNow() - start).TotalSeconds, 15, 40);
    }

    [Fact]
    public async Task Stream_that_took_its_whole_time_is_not_continued()
    {
        using var one = new RepliedUpstream(new Reply(ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(Answers.Role() + Answers.Words(Beginning, "one"))));
        using var two = new RepliedUpstream(Answers.Whole(Answer, "two"));
        GatewaySettings settings = Answers.Over(false, one, two)
            .WithProvider(0, provider => provider with { Timeouts = Gateway.Patient with { Total = TimeSpan.FromMinutes(10) } });
        await using Gateway gateway = await Gateway.StartAsync(settings);

        (await gateway.StreamWhileAsync(TimeSpan.FromMinutes(1))).IsInterrupted(Beginning);
        Assert.Empty(two.Seen);
    }

    [Fact]
    public async Task Finish_reason_without_end_mark_is_not_continued()
    {
        using var one = new RepliedUpstream(Reply.Cut(Answers.Role() + Answers.Words(Answer, "one") + Answers.Stop()));
        using var two = new RepliedUpstream(Answers.Whole(Answer, "two"));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(false, one, two));

        (await gateway.StreamAsync()).IsComplete(Answer);
        Assert.Empty(two.Seen);
    }

    [Fact]
    public async Task Chain_that_fails_to_its_end_leaves_one_error_event()
    {
        using var one = new RepliedUpstream(Answers.CutAfter(Beginning));
        using var two = new RepliedUpstream(Reply.Error(503));
        using var three = new RepliedUpstream(Reply.Reset);
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(false, one, two, three));

        ReadStream stream = await gateway.StreamAsync();

        stream.IsInterrupted(Beginning);
        Assert.Contains("one ended its answer", stream.Octets, StringComparison.Ordinal);
        Assert.Equal((1, 1, 1), (one.Seen.Count, two.Seen.Count, three.Seen.Count));
        Assert.Equal("continued=0 failed=2 impossible=0 mismatch=0 no_target=1", Counted(gateway));
    }

    [Fact]
    public async Task Hops_bound_continuations()
    {
        using var one = new RepliedUpstream(Answers.CutAfter(Beginning));
        using var two = new RepliedUpstream(Reply.Error(503));
        using var three = new RepliedUpstream(Answers.Whole(Answer, "three"));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(false, one, two, three).WithRoute(route => route with { Hops = 2 }));

        (await gateway.StreamAsync()).IsInterrupted(Beginning);
        Assert.Empty(three.Seen);
    }

    [Fact]
    public async Task Continuation_that_breaks_too_is_continued_from_where_it_broke()
    {
        const string Middle = " the lazy dog. It was not";
        using var one = new RepliedUpstream(Answers.CutAfter(Beginning));
        using var two = new RepliedUpstream(Answers.CutAfter(Middle, "two"));
        using var three = new RepliedUpstream(Answers.Whole(Answer[(Beginning + Middle).Length..], "three"));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two, three));

        ReadStream stream = await gateway.StreamAsync();

        stream.IsComplete(Answer);
        Assert.Equal(Beginning + Middle, three.Seen[0].Json.GetProperty("messages")[1].GetProperty("content").GetString());
        Assert.All(stream.Chunks, chunk => Assert.Equal("chatcmpl-one", chunk.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Target_that_answers_something_else_is_passed_over()
    {
        using var one = new RepliedUpstream(Answers.CutAfter(Beginning));
        using var two = new RepliedUpstream(Answers.Whole("The quick brown fox jumps high. Nobody knew why.", "two"));
        using var three = new RepliedUpstream(Answers.Whole(Answer, "three"));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(false, one, two, three));

        (await gateway.StreamAsync()).IsComplete(Answer);
        Assert.Equal("continued=1 failed=0 impossible=0 mismatch=1 no_target=0", Counted(gateway));
        Assert.Equal(FastGate.Routing.Health.TargetState.Healthy, gateway.Plane.Snapshot.Routes[0].Plan.Targets[1].Health.State);
    }

    [Fact]
    public async Task Refused_prefix_is_remembered_and_never_the_clients_error()
    {
        using var one = new RepliedUpstream(Answers.CutAfter(Beginning));
        using var two = new RepliedUpstream(request => LastRole(request) == "assistant" ? Reply.Error(400, "prefill_not_supported") : Answers.Whole(Answer[Beginning.Length..], "two"));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two).NeverOut());

        (await gateway.StreamAsync()).IsComplete(Answer);
        (await gateway.StreamAsync()).IsComplete(Answer);

        Assert.Equal(["assistant", "user", "user"], two.Seen.Select(LastRole));
        Assert.Equal([3, 3], two.Seen.Skip(1).Select(request => request.Json.GetProperty("messages").GetArrayLength()));
    }

    [Fact]
    public async Task Target_that_refuses_every_addition_is_asked_again()
    {
        using var one = new RepliedUpstream(Answers.CutAfter(Beginning));
        using var two = new RepliedUpstream(request => request.Json.GetProperty("messages").GetArrayLength() > 1 ? Reply.Error(400) : Answers.Whole(Answer, "two"));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two).NeverOut());

        (await gateway.StreamAsync()).IsComplete(Answer);
        (await gateway.StreamAsync()).IsComplete(Answer);

        Assert.Equal([2, 3, 1, 1], two.Seen.Select(request => request.Json.GetProperty("messages").GetArrayLength()));
    }

    [Fact]
    public async Task Refusal_of_the_request_itself_is_not_taken_for_one_of_its_prefix()
    {
        bool refuses = true;
        using var one = new RepliedUpstream(Answers.CutAfter(Beginning));
        using var two = new RepliedUpstream(_ => Volatile.Read(ref refuses) ? Reply.Error(400) : Answers.Whole(Answer, "two"));
        using var three = new RepliedUpstream(Answers.Whole(Answer, "three"));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two, three).NeverOut());

        ReadStream stream = await gateway.StreamAsync();
        stream.IsComplete(Answer);
        Assert.Equal("m-three", stream.Chunks[^1].GetProperty("model").GetString());

        Volatile.Write(ref refuses, false);
        (await gateway.StreamAsync()).IsComplete(Answer);
        Assert.Equal("assistant", LastRole(two.Seen[^1]));
    }

    [Fact]
    public async Task Usage_adds_up_what_all_targets_used()
    {
        using var one = new RepliedUpstream(Answers.CutAfter(Beginning));
        using var two = new RepliedUpstream(Reply.Streamed(
            Answers.Role("two") + Answers.Words(Answer[Beginning.Length..], "two") + Answers.Stop("two") + Answers.Usage(40, 25, "two") + Answers.Done));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));

        ReadStream stream = await gateway.StreamAsync($"{{\"stream_options\":{{\"include_usage\":true}},{Answers.Ask[1..]}");

        stream.IsComplete(Answer);
        JsonElement usage = stream.Chunks.Single(chunk => chunk.TryGetProperty("usage", out _)).GetProperty("usage");

        // One said nothing of its six events; the prompt "Go." and its role are eight octets and a role's name.
        int prompt = usage.GetProperty("prompt_tokens").GetInt32();
        Assert.InRange(prompt, 40, 44);
        Assert.Equal(25 + 6, usage.GetProperty("completion_tokens").GetInt32());
        Assert.Equal(prompt + 31, usage.GetProperty("total_tokens").GetInt32());
        Assert.True(two.Seen[0].Json.GetProperty("stream_options").GetProperty("include_usage").GetBoolean());
    }

    [Fact]
    public async Task Usage_that_a_broken_stream_told_is_taken_at_its_word()
    {
        string piece = Answers.Piece("The").Replace("\"choices\"", "\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":3,\"total_tokens\":14},\"choices\"", StringComparison.Ordinal);
        using var one = new RepliedUpstream(Reply.Cut(Answers.Role() + piece));
        using var two = new RepliedUpstream(Reply.Streamed(Answers.Role("two") + Answers.Piece(" end.", "two") + Answers.Stop("two") + Answers.Usage(40, 25, "two") + Answers.Done));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));

        ReadStream stream = await gateway.StreamAsync();

        stream.IsComplete("The end.");
        JsonElement usage = stream.Chunks[^1].GetProperty("usage");
        Assert.Equal((51, 28, 79), (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32()));
    }

    [Fact]
    public async Task Reasoning_is_not_shown_twice()
    {
        using var one = new RepliedUpstream(Reply.Cut(Answers.Role() + Answers.Delta("\"reasoning_content\":\"Hm.\"") + Answers.Piece("The")));
        using var two = new RepliedUpstream(Reply.Streamed(
            Answers.Role("two") + Answers.Delta("\"reasoning_content\":\"Well.\"", "two") + Answers.Piece(" end.", "two") + Answers.Stop("two") + Answers.Done));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));

        ReadStream stream = await gateway.StreamAsync();

        stream.IsComplete("The end.");
        Assert.DoesNotContain("Well.", stream.Octets, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_that_is_too_long_to_keep_is_not_continued()
    {
        string piece = new('x', 60_000);
        using var one = new RepliedUpstream(Reply.Cut(Answers.Role() + string.Concat(Enumerable.Repeat(Answers.Piece(piece), 20))));
        using var two = new RepliedUpstream(Answers.Whole(Answer, "two"));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));

        ReadStream stream = await gateway.StreamAsync();

        Assert.Equal("stream_interrupted", stream.Error);
        Assert.Empty(two.Seen);
        Assert.Contains(("impossible", 1L), gateway.Plane.Metrics.Continuations.Read());
    }

    [Fact]
    public async Task Client_that_leaves_while_an_answer_is_continued_cancels_that()
    {
        using var one = new RepliedUpstream(Answers.CutAfter(Beginning));
        using var two = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(Chains.Over(one.EndPoint, two.EndPoint));
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Post(Answers.Ask));
        (Wire wire, _) = await two.AcceptRequestAsync();

        client.Dispose();

        await wire.ExpectEndAsync();
    }

    private static string Counted(Gateway gateway) => string.Join(" ", gateway.Plane.Metrics.Continuations.Read().Select(counted => $"{counted.Result}={counted.Count}"));

    private static string? LastRole(Message request) => request.Json.GetProperty("messages").EnumerateArray().Last().GetProperty("role").GetString();

    // What becomes of a text that is cut, and which of the calls of the other target were replays.
    private static async Task<(ReadStream Stream, bool[] Replays)> GoOnUnderKeyAsync(bool prefill, string cut, string replay, string rest)
    {
        using var one = new RepliedUpstream(Answers.CutAfter(cut));
        using var two = new RepliedUpstream(request => Answers.Whole(IsReplay(request) ? replay : rest, "two"));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(prefill, one, two));
        using Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Post(Answers.Ask, lines: "idempotency-key: k\r\n"));
        return (await Answers.ReadAsync(client), [.. two.Seen.Select(IsReplay)]);
    }

    private static bool IsReplay(Message request) => request.Json.GetProperty("messages").GetArrayLength() == 1;
}
