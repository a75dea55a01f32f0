using System.Text;
using System.Text.Json;
using FastGate.Providers.Classification;

namespace FastGate.Providers.Tests.Classification;

public sealed class ErrorRulesTests
{
    public static TheoryData<int> Rows => [.. Enumerable.Range(0, ErrorRules.All.Length)];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Row_is_readable_and_has_a_source(int row)
    {
        ErrorRule rule = ErrorRules.All[row];
        Assert.NotEmpty(rule.Providers);
        Assert.StartsWith("https://", rule.Source, StringComparison.Ordinal);
        Assert.Equal(rule.Place is Place.StatusAlone or Place.NoJson, rule.Texts.Length == 0);
        Assert.NotEqual(VerdictKind.Answer, rule.Verdict);
        foreach (string text in rule.Texts)
        {
            // The message is compared in lower case; a part of a text must be long enough not to be met by chance.
            Assert.Equal(text.ToLowerInvariant(), text);
            Assert.True(text.Length >= 8, text);
            Assert.True(rule.Place == Place.Wording || !text.Contains('*', StringComparison.Ordinal), text);
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Row_is_not_hidden_behind_another_that_says_otherwise(int row)
    {
        ErrorRule rule = ErrorRules.All[row];
        foreach (string text in rule.Texts)
        {
            string body = rule.Place == Place.Name
                ? JsonSerializer.Serialize(new { error = new { code = text, message = "m" } })
                : rule.Place == Place.WholeMessage ? JsonSerializer.Serialize(new { detail = text })
                : JsonSerializer.Serialize(new { error = new { message = "So: " + text.Replace("*", " 1 ", StringComparison.Ordinal) + "." } });
            byte[] octets = Encoding.UTF8.GetBytes(body);
            if (rule.Statuses.From >= 400)
            {
                Assert.Equal(rule.Verdict, OpenAiClassifier.ClassifyResponse(Heads.Of(rule.Statuses.From), octets, Heads.Now).Kind);
            }

            if (rule.Statuses.InStream)
            {
                Assert.Equal(rule.Verdict, OpenAiClassifier.ClassifyStreamError(octets).Kind);
            }
        }
    }

    [Fact]
    public void Parts_of_a_wording_must_come_in_order()
    {
        Assert.Equal(VerdictKind.ContextWindow, KindOf("The input token count (12) exceeds the maximum number of tokens allowed (10)."));
        Assert.Equal(VerdictKind.BadRequest, KindOf("It exceeds the maximum: the input token count."));
        Assert.Equal(VerdictKind.BadRequest, KindOf("The input token count."));
    }

    [Fact]
    public void Names_and_wordings_are_found_only_where_they_belong()
    {
        // A name in a message, a wording in a name or in an echo of the request.
        Assert.Equal(VerdictKind.BadRequest, KindOf("unknown value context_length_exceeded"));
        Assert.Equal(VerdictKind.BadRequest, KindOfBody("""{"error":{"message":"m","code":"prompt is too long"}}"""));
        Assert.Equal(VerdictKind.BadRequest, KindOfBody("""{"error":{"message":"m"},"request":{"prompt":"prompt is too long","code":"context_length_exceeded"}}"""));
    }

    private static VerdictKind KindOf(string message) => KindOfBody(JsonSerializer.Serialize(new { error = new { message } }));

    private static VerdictKind KindOfBody(string body) => OpenAiClassifier.ClassifyResponse(Heads.Of(400), Encoding.UTF8.GetBytes(body), Heads.Now).Kind;
}
