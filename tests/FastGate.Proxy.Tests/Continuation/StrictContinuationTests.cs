using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Continuation;

/// <summary>Answers that are more than a text: only one that says the same, octet for octet, goes on with them.</summary>
public sealed class StrictContinuationTests
{
    private const string Arguments = "{\\\"city\\\":\\\"Z\u00fcrich\\\",\\\"days\\\":3}";

    private static string Call(string id, string provider) =>
        Answers.Delta($"\"tool_calls\":[{{\"index\":0,\"id\":\"{id}\",\"type\":\"function\",\"function\":{{\"name\":\"weather\",\"arguments\":\"\"}}}}]", provider);

    private static string Part(string raw, string provider) => Answers.Delta($"\"tool_calls\":[{{\"index\":0,\"function\":{{\"arguments\":\"{Answers.Octets(raw)}\"}}}}]", provider);

    private static string CallStop(string provider) => Answers.Stop(provider).Replace("\"stop\"", "\"tool_calls\"", StringComparison.Ordinal);

    [Theory]
    [InlineData(1, "call_1")]
    [InlineData(5, "call_1")]
    [InlineData(12, "call_2")]
    [InlineData(20, "toolu_01")]
    public async Task Tool_call_is_completed_by_an_exact_replay_whatever_its_id(int cut, string id)
    {
        // The cut may not be in the middle of an escape.
        cut = Arguments[cut - 1] == '\\' ? cut + 1 : cut;
        using var one = new RepliedUpstream(Reply.Cut(Answers.Role() + Call("call_1", "one") + Part(Arguments[..cut], "one")));
        using var two = new RepliedUpstream(Reply.Streamed(
            Answers.Role("two") + Call(id, "two") + Part(Arguments[..4], "two") + Part(Arguments[4..], "two") + CallStop("two") + Answers.Done));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));

        ReadStream stream = await gateway.StreamAsync();

        Assert.True(stream.Done && stream.Whole, stream.Octets);
        Assert.Equal("{\"city\":\"Z\u00fcrich\",\"days\":3}", stream.Arguments);
        Assert.Equal(("tool_calls", 1), (stream.Finish, stream.Finishes));
        Assert.Equal(1, stream.Octets.Split("\"id\":\"call_1\"").Length - 1);
        Assert.True(id == "call_1" || !stream.Octets.Contains(id, StringComparison.Ordinal));
        Assert.Equal(1, two.Seen[0].Json.GetProperty("messages").GetArrayLength());
    }

    [Theory]
    [InlineData("weather", "{\\\"city\\\":\\\"B")]
    [InlineData("weather", "{\\\"ci")]
    [InlineData("whether", "{\\\"city\\\":\\\"Zug\\\"}")]
    public async Task Tool_call_is_never_finished_with_another(string name, string arguments)
    {
        using var one = new RepliedUpstream(Reply.Cut(Answers.Role() + Call("call_1", "one") + Part("{\\\"city\\\":\\\"Z", "one")));
        using var two = new RepliedUpstream(Reply.Streamed(Answers.Role("two") + Call("call_2", "two").Replace("weather", name, StringComparison.Ordinal) + Part(arguments, "two") + CallStop("two") + Answers.Done));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));

        ReadStream stream = await gateway.StreamAsync();

        stream.IsInterrupted("");
        Assert.Equal("{\"city\":\"Z", stream.Arguments);
    }

    [Fact]
    public async Task Text_may_go_on_with_a_tool_call()
    {
        using var one = new RepliedUpstream(Reply.Cut(Answers.Role() + Answers.Piece("Let me see")));
        using var two = new RepliedUpstream(Reply.Streamed(
            Answers.Role("two") + Answers.Piece(".", "two") + Call("call_9", "two") + Part("{}", "two") + CallStop("two") + Answers.Done));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));

        ReadStream stream = await gateway.StreamAsync();

        Assert.True(stream.Done && stream.Whole, stream.Octets);
        Assert.Equal(("Let me see.", "{}", "tool_calls"), (stream.Text, stream.Arguments, stream.Finish));
    }

    [Theory]
    [InlineData("{\\\"answer\\\": 42, \\\"unit\\\": \\\"none\\\"}", true)]
    [InlineData(" 42, \\\"unit\\\": \\\"none\\\"}", false)]
    [InlineData("{\\\"answer\\\": 51, \\\"unit\\\": \\\"none\\\"}", false)]
    public async Task Structured_output_is_only_replayed(string continuation, bool completes)
    {
        using var one = new RepliedUpstream(Reply.Cut(Answers.Role() + Answers.Piece("{\\\"answer\\\": 4")));
        using var two = new RepliedUpstream(Reply.Streamed(Answers.Role("two") + Answers.Piece(continuation, "two") + Answers.Stop("two") + Answers.Done));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));

        ReadStream stream = await gateway.StreamAsync($"{{\"response_format\":{{\"type\":\"json_object\"}},{Answers.Ask[1..]}");

        Assert.Equal(1, two.Seen[0].Json.GetProperty("messages").GetArrayLength());
        if (completes)
        {
            stream.IsComplete("{\"answer\": 42, \"unit\": \"none\"}");
        }
        else
        {
            stream.IsInterrupted("{\"answer\": 4");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Several_choices_are_only_replayed(bool same)
    {
        string begun = Answers.Role() + Choice(0, "Red", "one") + Choice(1, "Blue", "one") + Choice(0, " one", "one") + Answers.Stop("one", 0) + Choice(1, " tw", "one");
        string replay = Answers.Role("two") + Choice(0, "Red", "two") + Choice(1, same ? "Blue" : "Green", "two") + Choice(0, " one", "two") + Answers.Stop("two", 0)
            + Choice(1, " two", "two") + Answers.Stop("two", 1) + Answers.Done;
        using var one = new RepliedUpstream(Reply.Cut(begun));
        using var two = new RepliedUpstream(Reply.Streamed(replay));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));

        ReadStream stream = await gateway.StreamAsync($"{{\"n\":2,{Answers.Ask[1..]}");

        Assert.Equal(same, stream.Done && stream.Whole);
        Assert.Equal("Red one", stream.TextOf(0));
        Assert.Equal(same ? "Blue two" : "Blue tw", stream.TextOf(1));
        Assert.Equal(same ? 2 : 1, stream.Finishes);

        static string Choice(int index, string text, string provider) => Answers.Delta($"\"content\":\"{text}\"", provider, index);
    }

    [Fact]
    public async Task Refusal_is_only_replayed()
    {
        using var one = new RepliedUpstream(Reply.Cut(Answers.Role() + Answers.Delta("\"refusal\":\"I can\"")));
        using var two = new RepliedUpstream(Reply.Streamed(Answers.Role("two") + Answers.Delta("\"refusal\":\"I cannot.\"", "two") + Answers.Stop("two") + Answers.Done));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));

        ReadStream stream = await gateway.StreamAsync();

        Assert.True(stream.Done && stream.Whole, stream.Octets);
        Assert.Contains("\"refusal\":\"not.\"", stream.Octets, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audio_is_not_continued()
    {
        using var one = new RepliedUpstream(Reply.Cut(Answers.Role() + Answers.Delta("\"audio\":{\"id\":\"a\",\"data\":\"AAAA\"}")));
        using var two = new RepliedUpstream(Answers.Whole("no", "two"));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));

        (await gateway.StreamAsync()).IsInterrupted("");
        Assert.Empty(two.Seen);
    }
}
