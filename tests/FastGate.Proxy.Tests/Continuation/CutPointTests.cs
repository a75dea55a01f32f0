using System.Globalization;
using System.Text;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Failover;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Continuation;

/// <summary>One answer, broken at every place there is, and completed in every way. The place to cut at comes with each request.</summary>
public sealed class CutPointTests
{
    private const string Answer = "Once upon a time in a caf\u00e9 a \"quiet\" sparrow sat\non the sill \ud83d\ude00 \u2014 it sang: \u4f60\u597d, \\ and then it flew away over the rooftops.";

    private static readonly byte[] Octets = Encoding.UTF8.GetBytes(Answer);

    [Theory]
    [InlineData("prefill", "nothing")]
    [InlineData("prefill", "everything")]
    [InlineData("prefill", "the last words")]
    [InlineData("instruct", "nothing")]
    [InlineData("instruct", "everything")]
    [InlineData("instruct", "the last words")]
    [InlineData("replay", "everything")]
    public async Task Text_cut_at_every_octet_is_completed(string mode, string repeated)
    {
        using var one = new RepliedUpstream(request => Reply.Cut(Answers.Role() + Pieces(Octets.AsSpan(0, Place(request)), 7, "one")));
        using var two = new RepliedUpstream(request =>
        {
            int from = repeated switch { "nothing" => GivenUpTo(Place(request)), "everything" => 0, _ => Math.Max(0, GivenUpTo(Place(request)) - 30) };
            while (from > 0 && (Octets[from] & 0xC0) == 0x80)
            {
                from--;
            }

            return Reply.Streamed(Answers.Role("two") + Pieces(Octets.AsSpan(from), 5, "two") + Answers.Stop("two") + Answers.Done);
        });
        await using Gateway gateway = await Gateway.StartAsync(
            Answers.Over(mode == "prefill", one, two).With(mode == "replay" ? StreamContinuation.Replay : StreamContinuation.Auto).NeverOut());
        Wire client = await gateway.ConnectAsync();
        for (int place = 1; place < Octets.Length; place++)
        {
            await client.SendAsync(Gateway.Post(Ask(place)));
            ReadStream stream = await Answers.ReadAsync(client);

            Assert.True(stream.Done && stream.Whole, $"cut at {place}: {stream.Octets}");
            Assert.True(stream.Text == Answer, $"cut at {place}: {stream.Text}");
            Assert.Equal((1, 1, "stop"), (stream.Roles, stream.Finishes, stream.Finish));
        }

        // A provider is only ever given whole characters, and no white space at the end.
        if (mode != "replay")
        {
            string[] given = [.. two.Seen.Where(request => request.Json.GetProperty("messages").GetArrayLength() > 1).Select(request => request.Json.GetProperty("messages")[1].GetProperty("content").GetString()!)];
            Assert.InRange(given.Length, Octets.Length - 5, Octets.Length + "Once u".Length);
            Assert.All(given, text => Assert.True(Answer.StartsWith(text, StringComparison.Ordinal) && text.TrimEnd() == text, text));
        }
    }

    // Cut behind the first of what comes twice, what follows looks like the answer begun anew. A provider that is simply asked again leaves no doubt.
    [Theory]
    [InlineData("prefill", true)]
    [InlineData("prefill", false)]
    [InlineData("instruct", true)]
    [InlineData("instruct", false)]
    public async Task Answer_whose_beginning_comes_twice_is_completed(string mode, bool everything)
    {
        string[] answers = ["\ud83d\ude80\ud83d\ude800 committees", "11 of them", "2020 20 20", "\u8c22\u8c22\u4f60", "aardvarks", "III. Henry", "--", "ha ha ha ha", "bonbons", "very very good"];
        using var one = new RepliedUpstream(request => Reply.Cut(Answers.Role() + Pieces(AnswerOf(request).Octets.AsSpan(0, AnswerOf(request).Place), 100, "one")));
        using var two = new RepliedUpstream(request =>
        {
            (byte[] answer, int place) = AnswerOf(request);
            bool isReplay = request.Json.GetProperty("messages").GetArrayLength() == 1;
            int from = everything || isReplay ? 0 : answer.AsSpan(0, WholeCharacters(answer, place)).TrimEnd((byte)' ').Length;
            return Reply.Streamed(Answers.Role("two") + Pieces(answer.AsSpan(from), 5, "two") + Answers.Stop("two") + Answers.Done);
        });
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(mode == "prefill", one, two).NeverOut());
        Wire client = await gateway.ConnectAsync();
        for (int i = 0; i < answers.Length; i++)
        {
            for (int place = 1; place < Encoding.UTF8.GetByteCount(answers[i]); place++)
            {
                await client.SendAsync(Gateway.Post(Ask((100 * i) + place)));
                ReadStream stream = await Answers.ReadAsync(client);

                Assert.True(stream.Done && stream.Whole, $"{answers[i]} cut at {place}: {stream.Octets}");
                Assert.True(stream.Text == answers[i], $"{answers[i]} cut at {place}: {stream.Text}");
            }
        }

        (byte[] Octets, int Place) AnswerOf(Message request) => (Encoding.UTF8.GetBytes(answers[Place(request) / 100]), Place(request) % 100);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stream_cut_at_every_octet_is_completed(bool reset)
    {
        string events = Answers.Role() + Answers.Piece("Once upon") + Answers.Piece(" a time") + Answers.Piece("\\ud83d") + Answers.Piece("\\ude00.") + Answers.Stop() + Answers.Done;
        string whole = ScriptedUpstream.StreamHead + ScriptedUpstream.Chunk(events) + ScriptedUpstream.LastChunk;
        int finished = ScriptedUpstream.StreamHead.Length + ScriptedUpstream.Chunk("").Length + whole.IndexOf("[DONE]", StringComparison.Ordinal);
        using var one = new RepliedUpstream(request => new Reply(whole[..Place(request)], reset ? After.Reset : After.Close));
        using var two = new RepliedUpstream(Answers.Whole("Once upon a time\ud83d\ude00.", "two"));
        await using Gateway gateway = await Gateway.StartAsync(Answers.Over(false, one, two).With(StreamContinuation.Replay).NeverOut());
        Wire client = await gateway.ConnectAsync();
        for (int place = 1; place < whole.Length; place++)
        {
            await client.SendAsync(Gateway.Post(Ask(place)));
            ReadStream stream = await Answers.ReadAsync(client);

            Assert.True(stream.Done && stream.Whole && stream.Finish == "stop", $"cut at {place}: {stream.Octets}");
            Assert.True(stream.Text == "Once upon a time\ud83d\ude00.", $"cut at {place}: {stream.Text}");
            Assert.Equal(1, stream.Finishes);
        }

        Assert.InRange(two.Seen.Count, finished / 3, finished);
    }

    private static string Ask(int place) => string.Create(CultureInfo.InvariantCulture, $"{{\"user\":\"{place}\",{Answers.Ask[1..]}");

    private static int Place(Message request) => int.Parse(request.Json.GetProperty("user").GetString()!, CultureInfo.InvariantCulture);

    // What a provider continues from that knows whole characters only.
    private static int GivenUpTo(int place) => WholeCharacters(Octets, place);

    private static int WholeCharacters(byte[] text, int place)
    {
        while (place > 0 && place < text.Length && (text[place] & 0xC0) == 0x80)
        {
            place--;
        }

        return place;
    }

    // The text in events of so many octets each, wherever characters begin.
    private static string Pieces(ReadOnlySpan<byte> text, int size, string provider)
    {
        var events = new StringBuilder();
        for (int start = 0; start < text.Length; start += size)
        {
            string piece = Encoding.Latin1.GetString(text.Slice(start, Math.Min(size, text.Length - start)));
            events.Append(Answers.Piece(piece.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal), provider));
        }

        return events.ToString();
    }
}
