using System.Globalization;
using System.Text.Json;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Continuation;

/// <summary>Streams of the Responses API that break in mid-answer and are completed by another provider, over real sockets.</summary>
public sealed class ResponseContinuationTests
{
    private const string Answer = "The quick brown fox jumps over the lazy dog. It was not a \"clever\" fox, but a patient one \ud83d\ude00 and na\u00efve.";
    private const string Beginning = "The quick brown fox jumps over";
    private const string Ask = "{\"model\":\"chat\",\"stream\":true,\"input\":\"Go.\"}";
    private const string AskInTurns = "{\"model\":\"chat\",\"stream\":true,\"input\":[{\"role\":\"user\",\"content\":\"Go.\"}]}";
    private const string AskInForm = "{\"model\":\"chat\",\"stream\":true,\"input\":\"Go.\",\"text\":{\"format\":{\"type\":\"json_object\"}}}";

    private static ResponseScript Begun => new ResponseScript("one").Created().Begin(0).Words(0, Beginning);

    [Theory]
    [InlineData(Ask, "nothing")]
    [InlineData(Ask, "everything")]
    [InlineData(Ask, "a sentence")]
    [InlineData(AskInTurns, "nothing")]
    [InlineData(AskInTurns, "a sentence")]
    public async Task Message_goes_on_under_the_id_the_client_knows(string ask, string repeated)
    {
        string text = repeated switch
        {
            "nothing" => Answer[Beginning.Length..],
            "everything" => Answer,
            _ => Answer[Answer.IndexOf("fox jumps", StringComparison.Ordinal)..],
        };
        using var one = new RepliedUpstream(Reply.Cut(Begun.Text));
        using var two = new RepliedUpstream(Reply.Streamed(ResponseScript.Whole(text, "two").Text));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));

        ReadResponse read = await ReadResponse.AskAsync(gateway, ask);

        read.IsComplete(Answer);
        Assert.Equal("m-two", read.Completed!.Value.GetProperty("model").GetString());
        JsonElement input = two.Seen[0].Json.GetProperty("input");
        Assert.Equal(["user", "assistant", "user"], input.EnumerateArray().Select(turn => turn.GetProperty("role").GetString()));
        Assert.Equal(("Go.", Beginning), (input[0].GetProperty("content").GetString(), input[1].GetProperty("content").GetString()));
    }

    [Theory]
    [InlineData(AskInForm, StreamContinuation.Auto)]
    [InlineData(Ask, StreamContinuation.Replay)]
    public async Task Output_of_a_fixed_form_is_only_replayed(string ask, StreamContinuation setting)
    {
        using var one = new RepliedUpstream(Reply.Cut(Begun.Text));
        using var two = new RepliedUpstream(Reply.Streamed(ResponseScript.Whole(Answer, "two").Text));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two).With(setting));

        (await ReadResponse.AskAsync(gateway, ask)).IsComplete(Answer);

        Assert.Equal("Go.", two.Seen[0].Json.GetProperty("input").GetString());
    }

    [Fact]
    public async Task Replay_of_another_answer_is_never_glued_on()
    {
        using var one = new RepliedUpstream(Reply.Cut(Begun.Text));
        using var two = new RepliedUpstream(Reply.Streamed(ResponseScript.Whole("The quick brown cat sleeps.", "two").Text));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two).With(StreamContinuation.Replay));

        (await ReadResponse.AskAsync(gateway, Ask)).IsInterrupted(Beginning);
    }

    [Fact]
    public async Task Stream_cut_behind_any_event_is_completed_or_fails_in_its_grammar()
    {
        IReadOnlyList<string> events = ResponseScript.Whole(Answer, "one").Events;
        int text = Enumerable.Range(0, events.Count).First(i => events[i].Contains("output_text.done", StringComparison.Ordinal));
        using var one = new RepliedUpstream(request => Reply.Cut(string.Concat(events.Take(Place(request)))));
        using var two = new RepliedUpstream(Reply.Streamed(ResponseScript.Whole(Answer, "two").Text));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two).With(StreamContinuation.Replay).NeverOut());

        // The first four are held: until there is content another provider simply answers.
        for (int cut = 5; cut < events.Count; cut++)
        {
            ReadResponse read = await ReadResponse.AskAsync(gateway, string.Create(CultureInfo.InvariantCulture, $"{{\"user\":\"{cut}\",{Ask[1..]}"));

            // A message that was told to be over cannot be gone on with.
            if (cut <= text)
            {
                read.IsComplete(Answer);
            }
            else
            {
                read.IsInterrupted(Answer);
            }
        }
    }

    [Fact]
    public async Task Reasoning_is_not_shown_twice_and_stays_part_of_the_response()
    {
        using var one = new RepliedUpstream(Reply.Cut(new ResponseScript("one").Created().Reasoning(0).Begin(1).Words(1, Beginning).Text));
        string whole = new ResponseScript("two").Created().Reasoning(0).Begin(1).Words(1, Answer).End(1, Answer).Completed().Text;
        using var two = new RepliedUpstream(Reply.Streamed(whole));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));

        ReadResponse read = await ReadResponse.AskAsync(gateway, Ask);

        read.IsComplete(Answer);
        Assert.Equal(["rs_one", "msg_one"], read.Items.Select(item => item.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Answer_that_broke_behind_its_reasoning_is_begun_behind_it()
    {
        using var one = new RepliedUpstream(Reply.Cut(new ResponseScript("one").Created().Reasoning(0).Text));
        using var two = new RepliedUpstream(Reply.Streamed(ResponseScript.Whole(Answer, "two").Text));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));

        ReadResponse read = await ReadResponse.AskAsync(gateway, Ask);

        read.IsComplete(Answer);
        Assert.Equal(["rs_one", "msg_two"], read.Items.Select(item => item.GetProperty("id").GetString()));
    }

    [Fact]
    public async Task Text_may_go_on_with_a_call()
    {
        using var one = new RepliedUpstream(Reply.Cut(new ResponseScript("one").Created().Reasoning(0).Begin(1).Words(1, Beginning).Text));
        using var two = new RepliedUpstream(Reply.Streamed(new ResponseScript("two").Created().Begin(0).Words(0, Answer).End(0, Answer).Call(1).Completed().Text));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));

        ReadResponse read = await ReadResponse.AskAsync(gateway, Ask);

        read.IsComplete(Answer);
        Assert.Equal(["rs_one", "msg_one", "fc_two"], read.Items.Select(item => item.GetProperty("id").GetString()));
    }

    public static TheoryData<string> Unjoinable => new()
    {
        { new ResponseScript("one").Created().Call(0).Begin(1).Words(1, Beginning).Text },
        { new ResponseScript("one").Created().Reasoning(0, done: false).Begin(1).Words(1, Beginning).Text },
        { Begun.Add("response.output_text.annotation.added", "\"item_id\":\"msg_one\",\"output_index\":0,\"content_index\":0,\"annotation_index\":0,\"annotation\":{}").Text },
        { Begun.Add("response.content_part.added", "\"item_id\":\"msg_one\",\"output_index\":0,\"content_index\":1,\"part\":{\"type\":\"output_text\",\"text\":\"\"}").Text },
        { Begun.Call(1).Text },
    };

    [Theory]
    [MemberData(nameof(Unjoinable))]
    public async Task What_cannot_be_joined_fails_in_its_grammar(string events)
    {
        using var one = new RepliedUpstream(Reply.Cut(events));
        using var two = new RepliedUpstream(Reply.Streamed(ResponseScript.Whole(Answer, "two").Text));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));

        (await ReadResponse.AskAsync(gateway, Ask)).IsInterrupted(Beginning);
        Assert.Empty(two.Seen);
    }

    [Fact]
    public async Task Response_that_fails_in_mid_answer_is_continued()
    {
        using var one = new RepliedUpstream(Reply.Streamed(Begun.Failed().Text));
        using var two = new RepliedUpstream(Reply.Streamed(ResponseScript.Whole(Answer, "two").Text));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));

        (await ReadResponse.AskAsync(gateway, Ask)).IsComplete(Answer);
    }

    [Fact]
    public async Task Continuation_that_breaks_too_is_continued_from_where_it_broke()
    {
        using var one = new RepliedUpstream(Reply.Cut(Begun.Text));
        const string More = " the lazy dog. It was";
        using var two = new RepliedUpstream(Reply.Cut(new ResponseScript("two").Created().Begin(0).Words(0, More).Text));
        using var three = new RepliedUpstream(Reply.Streamed(ResponseScript.Whole(Answer[(Beginning.Length + More.Length)..], "three").Text));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two, three));

        ReadResponse read = await ReadResponse.AskAsync(gateway, Ask);

        read.IsComplete(Answer);
        Assert.Equal(Beginning + More, three.Seen[0].Json.GetProperty("input")[1].GetProperty("content").GetString());
    }

    [Fact]
    public async Task Usage_adds_up_what_all_providers_used()
    {
        using var one = new RepliedUpstream(Reply.Cut(Begun.Text));
        using var two = new RepliedUpstream(Reply.Streamed(ResponseScript.Whole(Answer, "two").Text));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(true, one, two));

        ReadResponse read = await ReadResponse.AskAsync(gateway, Ask);

        // The first told nothing: a token for each of its six events, and none for a prompt of three octets.
        JsonElement usage = read.Completed!.Value.GetProperty("usage");
        Assert.Equal(
            (10, 13, 23),
            (usage.GetProperty("input_tokens").GetInt32(), usage.GetProperty("output_tokens").GetInt32(), usage.GetProperty("total_tokens").GetInt32()));
    }

    private static int Place(Message request) => int.Parse(request.Json.GetProperty("user").GetString()!, CultureInfo.InvariantCulture);
}
