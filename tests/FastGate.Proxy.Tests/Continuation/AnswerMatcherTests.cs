using System.Text;
using FastGate.Proxy.Continuation;

namespace FastGate.Proxy.Tests.Continuation;

public sealed class AnswerMatcherTests
{
    private static readonly string[] Pieces =
    [
        "a", "b", " ", "\n", "ab", "the ", "the cat ", "cat", "null, ", "| 1 ", "--", "\u00e9", "\u4f60\u597d", "\ud83d\ude00", "1", "2024", "word", "wordless ", ". ", "The quick brown fox ",
    ];

    [Theory]
    [InlineData("The quick brown", " fox", " fox")]
    [InlineData("The quick brown", "The quick brown fox", " fox")]
    [InlineData("The quick brown", "brown fox", " fox")]
    [InlineData("The quick brown", "own fox", "own fox")]
    [InlineData("hel", "lo", "lo")]
    [InlineData("The man said hel", "lo", "lo")]
    [InlineData("I had", " had enough", " had enough")]
    [InlineData("It is in the", "the house", " house")]
    [InlineData("[null, null", ", null]", ", null]")]
    [InlineData("|---|---", "|---|", "|---|")]
    [InlineData("Indeed. ", "Indeed. No.", "No.")]
    [InlineData("Hello", "Hello there", " there")]
    [InlineData("Yes. ", " No.", "No.")]
    [InlineData("Yes. ", "No.", "No.")]
    [InlineData("one\n\n", "\n\ntwo", "two")]
    [InlineData("one\n\n", "\ntwo", "two")]
    [InlineData("\u6211\u4eec\u7814\u7a76", "\u7814\u7a76\u4e00\u4e0b", "\u7814\u7a76\u4e00\u4e0b")]
    [InlineData("\u4f60\u597d\u4e16\u754c\u548c\u5e73", "\u4e16\u754c\u548c\u5e73\u3002", "\u3002")]
    [InlineData("They formed co", "committees", "mmittees")]
    [InlineData("Then a", "a", "a")]
    [InlineData("Wait \ud83d\ude00", "\ud83d\ude00 more", "\ud83d\ude00 more")]
    public void Repeated_words_are_left_out_after_a_request_to_go_on(string delivered, string continuation, string added) =>
        Assert.Equal(added, Whole(delivered, continuation, MatchRule.AfterRequest));

    [Theory]
    [InlineData("It is in the", "the house", "the house")]
    [InlineData("He said another", "another word", " word")]
    [InlineData("a bon", "bon", "bon")]
    [InlineData("couscous couscous", "couscous", "couscous")]
    [InlineData("The quick brown fox", "k brown fox jumps", " jumps")]
    [InlineData("Island little pebble lifts", " pebble lifts oasis", " pebble lifts oasis")]
    [InlineData("On and on, again and again", ", again and again", ", again and again")]
    [InlineData("They say that it will be fine tomorrow morning", " it will be fine tomorrow morning. Then", ". Then")]
    public void Short_repetitions_after_a_prefix_belong_to_the_text(string delivered, string continuation, string added) =>
        Assert.Equal(added, Whole(delivered, continuation, MatchRule.AfterPrefix));

    [Theory]
    [InlineData("The quick brown fox jumps over", "The quick brown fox jumps. Then", nameof(MatchRule.AfterPrefix))]
    [InlineData("The quick brown fox jumps over", "The quick brown fox jumps. Then", nameof(MatchRule.AfterRequest))]
    [InlineData("The quick brown fox jumps over", "The quick brown fox jumps", nameof(MatchRule.AfterRequest))]
    [InlineData("The quick", "The slow", nameof(MatchRule.Exact))]
    [InlineData("The quick", "The", nameof(MatchRule.Exact))]
    [InlineData("The quick", "quick", nameof(MatchRule.Exact))]
    public void Another_answer_is_refused(string delivered, string continuation, string rule) =>
        Assert.Null(Whole(delivered, continuation, Enum.Parse<MatchRule>(rule)));

    // "🚀" and then "🚀0", or "🚀🚀0" from the start? "1" and then "1", or "11"?
    [Theory]
    [InlineData("\ud83d\ude80", "\ud83d\ude800 committees")]
    [InlineData("1", "1 of them")]
    [InlineData("2024", "20242")]
    [InlineData("I", "II. Henry")]
    [InlineData("\u8c22", "\u8c22\u8c22")]
    [InlineData("\u6211\u4eec", "\u6211\u4eec\u7814\u7a76")]
    [InlineData("--", "--")]
    [InlineData("ha ha ", "ha ha ha")]
    [InlineData("Yes. ", "Yes. No.")]
    [InlineData("Never ", "Never ever")]
    [InlineData("Four", "Four of them")]
    public void What_may_be_a_repetition_of_the_whole_or_not_is_refused_as_in_doubt(string delivered, string continuation)
    {
        foreach (MatchRule rule in new[] { MatchRule.AfterPrefix, MatchRule.AfterRequest })
        {
            AnswerMatcher matcher = Matcher(delivered, rule);
            Assert.Equal("", Text(matcher.Take(Encoding.UTF8.GetBytes(continuation))) + Text(matcher.Finish()));
            Assert.Equal((MatchState.Refused, true), (matcher.State, matcher.IsInDoubt));
        }

        Assert.Equal(continuation[delivered.Length..], Whole(delivered, continuation, MatchRule.Exact));
    }

    [Fact]
    public void Text_is_shown_as_soon_as_it_cannot_be_a_repetition()
    {
        AnswerMatcher matcher = Matcher("The quick brown fox", MatchRule.AfterPrefix);

        Assert.Equal(" jumps", Text(matcher.Take(" jumps"u8)));
        Assert.Equal(MatchState.Passing, matcher.State);
        Assert.Equal(" over", Text(matcher.Take(" over"u8)));
    }

    [Fact]
    public void Repetition_is_held_back_until_it_is_over()
    {
        AnswerMatcher matcher = Matcher("The quick brown fox", MatchRule.AfterRequest);

        Assert.Equal("", Text(matcher.Take("The "u8)));
        Assert.Equal("", Text(matcher.Take("quick brown"u8)));
        Assert.Equal("", Text(matcher.Take(" fo"u8)));
        Assert.Equal(" jumps", Text(matcher.Take("x jumps"u8)));
    }

    [Fact]
    public void Half_a_character_must_come_back()
    {
        byte[] delivered = [.. "caf"u8, 0xC3];
        var given = GivenText.Of(delivered);
        Assert.Equal(new GivenText(3, 3), given);

        var matcher = new AnswerMatcher(delivered, MatchRule.AfterPrefix, given);
        Assert.Equal([0xA9, (byte)'!'], matcher.Take("\u00e9!"u8).ToArray());

        matcher = new AnswerMatcher(delivered, MatchRule.AfterPrefix, given);
        matcher.Take("!"u8);
        Assert.Equal(MatchState.Refused, matcher.State);
    }

    [Fact]
    public void New_text_is_what_a_slow_comparison_finds_however_it_is_cut()
    {
        int seed = Random.Shared.Next();
        var random = new Random(seed);
        for (int round = 0; round < 20_000; round++)
        {
            string delivered = Make(random, 1, 8);
            string continuation = random.Next(4) switch
            {
                0 => Make(random, 0, 6),
                1 => delivered + Make(random, 0, 3),
                2 => delivered[Boundary(delivered, random.Next(delivered.Length))..] + Make(random, 0, 3),
                _ => delivered[..Boundary(delivered, random.Next(delivered.Length))] + Make(random, 0, 3),
            };
            foreach (MatchRule rule in Enum.GetValues<MatchRule>())
            {
                string? expected = MatcherOracle.NewText(delivered, continuation, rule);
                string? actual = Cut(delivered, continuation, rule, random);
                Assert.True(expected == actual, $"seed {seed}, {rule}: '{delivered}' + '{continuation}' gave '{actual ?? "(refused)"}', not '{expected ?? "(refused)"}'");
            }
        }
    }

    private static string Make(Random random, int least, int most) => string.Concat(Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => Pieces[random.Next(Pieces.Length)]));

    private static int Boundary(string text, int at) => at > 0 && char.IsLowSurrogate(text[at]) ? at - 1 : at;

    private static AnswerMatcher Matcher(string delivered, MatchRule rule)
    {
        byte[] octets = Encoding.UTF8.GetBytes(delivered);
        var given = GivenText.Of(octets);
        return new AnswerMatcher(octets, rule, given);
    }

    private static string? Whole(string delivered, string continuation, MatchRule rule) => Cut(delivered, continuation, rule, null);

    private static string? Cut(string delivered, string continuation, MatchRule rule, Random? random)
    {
        AnswerMatcher matcher = Matcher(delivered, rule);
        byte[] octets = Encoding.UTF8.GetBytes(continuation);
        var shown = new MemoryStream();
        for (int start = 0; start < octets.Length;)
        {
            int length = random is null ? octets.Length : random.Next(1, Math.Min(octets.Length - start, 6) + 1);
            shown.Write(matcher.Take(octets.AsSpan(start, length)));
            start += length;
        }

        shown.Write(matcher.Finish());
        return matcher.State == MatchState.Refused ? null : Encoding.UTF8.GetString(shown.ToArray());
    }

    private static string Text(ReadOnlySpan<byte> octets) => Encoding.UTF8.GetString(octets);
}
