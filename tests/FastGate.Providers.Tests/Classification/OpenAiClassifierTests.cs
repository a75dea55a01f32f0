using System.Text;
using FastGate.Protocol.Http;
using FastGate.Providers.Classification;

namespace FastGate.Providers.Tests.Classification;

public sealed class OpenAiClassifierTests
{
    public static TheoryData<ProviderAnswer> Responses => [.. ProviderAnswers.Whole];

    public static TheoryData<ProviderAnswer> Events => [.. ProviderAnswers.InStream];

    [Theory]
    [MemberData(nameof(Responses))]
    public void Answer_of_a_provider_gets_its_verdict(ProviderAnswer answer)
    {
        ResponseHead head = Heads.Of(answer.Status, answer.HeaderLines);
        Verdict verdict = OpenAiClassifier.ClassifyResponse(head, Encoding.UTF8.GetBytes(answer.Body), Heads.Now);
        Assert.Equal(new Verdict(answer.Kind, answer.RetryAfter), verdict);
    }

    [Theory]
    [MemberData(nameof(Responses))]
    public void Case_of_the_letters_does_not_matter(ProviderAnswer answer)
    {
        // Of the message only: names of members are as the provider documents them.
        int start = answer.Body.IndexOf("\"message\":\"", StringComparison.Ordinal);
        if (start < 0 || answer.Body.Contains("\\u00", StringComparison.Ordinal) || answer.Body.Contains("\\n", StringComparison.Ordinal))
        {
            return;
        }

        start += 11;
        int end = answer.Body.IndexOf('"', start);
        string body = answer.Body[..start] + answer.Body[start..end].ToUpperInvariant() + answer.Body[end..];
        Assert.Equal(answer.Kind, OpenAiClassifier.ClassifyResponse(Heads.Of(answer.Status), Encoding.UTF8.GetBytes(body), Heads.Now).Kind);
    }

    [Theory]
    [MemberData(nameof(Responses))]
    public void Body_cut_short_gets_the_verdict_of_the_whole_or_of_the_status(ProviderAnswer answer)
    {
        ResponseHead head = Heads.Of(answer.Status, answer.HeaderLines);
        byte[] body = Encoding.UTF8.GetBytes(answer.Body);

        // Whether there is any JSON is part of what is told by the status alone: the first octet says so.
        VerdictKind ofStatus = OpenAiClassifier.ClassifyResponse(head, body.AsSpan(0, Math.Min(1, body.Length)), Heads.Now).Kind;
        bool decided = false;
        for (int length = Math.Min(1, body.Length); length <= body.Length; length++)
        {
            VerdictKind kind = OpenAiClassifier.ClassifyResponse(head, body.AsSpan(0, length), Heads.Now).Kind;
            Assert.True(kind == answer.Kind || kind == ofStatus, $"{kind} of {length} octets: {answer.Body[..Math.Min(length, answer.Body.Length)]}");

            // What is known does not become unknown by more octets.
            Assert.True(!decided || kind == answer.Kind, $"{kind} again of {length} octets");
            decided |= kind == answer.Kind;
        }
    }

    [Theory]
    [MemberData(nameof(Responses))]
    public void Split_of_the_head_does_not_matter(ProviderAnswer answer)
    {
        byte[] body = Encoding.UTF8.GetBytes(answer.Body);
        int length = Heads.Octets(answer.Status, answer.HeaderLines).Length;
        for (int cut = 1; cut < length; cut++)
        {
            ResponseHead head = Heads.InTwoSegments(cut, answer.Status, answer.HeaderLines);
            Assert.Equal(new Verdict(answer.Kind, answer.RetryAfter), OpenAiClassifier.ClassifyResponse(head, body, Heads.Now));
            head.Reset();
        }
    }

    [Theory]
    [MemberData(nameof(Events))]
    public void Event_gets_its_verdict(ProviderAnswer answer)
    {
        Assert.Equal(new Verdict(answer.Kind, answer.RetryAfter), OpenAiClassifier.ClassifyStreamError(Encoding.UTF8.GetBytes(answer.Body)));
    }

    [Theory]
    [InlineData(200, VerdictKind.Answer)]
    [InlineData(204, VerdictKind.Answer)]
    [InlineData(302, VerdictKind.Malformed)]
    [InlineData(600, VerdictKind.Malformed)]
    [InlineData(999, VerdictKind.Malformed)]
    public void Status_that_is_no_error_is_an_answer_or_nonsense(int status, VerdictKind kind)
    {
        Assert.Equal(new Verdict(kind, null), OpenAiClassifier.ClassifyResponse(Heads.Of(status, "Retry-After: 5"), """{"error":"x"}"""u8, Heads.Now));
    }

    [Fact]
    public void Every_status_from_400_to_599_has_a_verdict_by_itself()
    {
        for (int status = 400; status < 600; status++)
        {
            VerdictKind expected = status switch
            {
                429 or 529 => VerdictKind.RateLimited,
                401 or 402 or 403 => VerdictKind.Auth,
                404 or 405 or 501 => VerdictKind.NotSupported,
                < 500 => VerdictKind.BadRequest,
                _ => VerdictKind.Upstream5xx,
            };
            Assert.Equal(expected, OpenAiClassifier.ClassifyResponse(Heads.Of(status), default, Heads.Now).Kind);
        }
    }

    [Fact]
    public void Error_404_of_an_api_is_about_the_model()
    {
        Assert.Equal(VerdictKind.ModelNotFound, OpenAiClassifier.ClassifyResponse(Heads.Of(404), "{}"u8, Heads.Now).Kind);
        Assert.Equal(VerdictKind.NotSupported, OpenAiClassifier.ClassifyResponse(Heads.Of(404), "<html>"u8, Heads.Now).Kind);
    }

    [Fact]
    public void Wait_is_not_read_where_waiting_does_not_help()
    {
        Assert.Null(OpenAiClassifier.ClassifyResponse(Heads.Of(401, "Retry-After: 5"), default, Heads.Now).RetryAfter);
        Assert.Null(OpenAiClassifier.ClassifyResponse(Heads.Of(400, "Retry-After: 5"), default, Heads.Now).RetryAfter);
    }

    [Fact]
    public void Wait_in_the_head_comes_before_the_one_in_the_body()
    {
        byte[] body = """{"error":{"code":429,"details":[{"retryDelay":"17s"}]}}"""u8.ToArray();
        Assert.Equal(TimeSpan.FromSeconds(17), OpenAiClassifier.ClassifyResponse(Heads.Of(429), body, Heads.Now).RetryAfter);
        Assert.Equal(TimeSpan.FromSeconds(2), OpenAiClassifier.ClassifyResponse(Heads.Of(429, "Retry-After: 2"), body, Heads.Now).RetryAfter);
    }

    [Fact]
    public void Wording_beyond_4_KiB_is_not_looked_at()
    {
        byte[] Body(int padding) => Encoding.UTF8.GetBytes($$$"""{"error":{"message":"{{{new string('x', padding)}}} prompt is too long"}}""");
        Assert.Equal(VerdictKind.ContextWindow, OpenAiClassifier.ClassifyResponse(Heads.Of(400), Body(4000), Heads.Now).Kind);
        Assert.Equal(VerdictKind.BadRequest, OpenAiClassifier.ClassifyResponse(Heads.Of(400), Body(5000), Heads.Now).Kind);
    }

    [Theory]
    [InlineData("content_filter", false, VerdictKind.ContentPolicy)]
    [InlineData("content_filter", true, VerdictKind.Answer)]
    [InlineData("content_filter: SAFETY", false, VerdictKind.ContentPolicy)]
    [InlineData("PROHIBITED_CONTENT", false, VerdictKind.ContentPolicy)]
    [InlineData("stop", false, VerdictKind.Answer)]
    [InlineData("length", true, VerdictKind.Answer)]
    [InlineData("", false, VerdictKind.Answer)]
    [InlineData("error", false, VerdictKind.Upstream5xx)]
    [InlineData("insufficient_system_resource", true, VerdictKind.Upstream5xx)]
    public void Finish_reason_gets_its_verdict(string reason, bool hasContent, VerdictKind kind)
    {
        Assert.Equal(kind, OpenAiClassifier.ClassifyFinish(Encoding.UTF8.GetBytes(reason), hasContent));
    }

    [Fact]
    public void Classifying_allocates_nothing()
    {
        (ResponseHead Head, byte[] Body)[] responses = [.. ProviderAnswers.Whole.Select(a => (Heads.Of(a.Status, a.HeaderLines), Encoding.UTF8.GetBytes(a.Body)))];
        byte[][] events = [.. ProviderAnswers.InStream.Select(a => Encoding.UTF8.GetBytes(a.Body))];
        long failures = 0;
        void Round()
        {
            foreach ((ResponseHead head, byte[] body) in responses)
            {
                failures += OpenAiClassifier.ClassifyResponse(head, body, Heads.Now).Kind == VerdictKind.Answer ? 0 : 1;
            }

            foreach (byte[] data in events)
            {
                failures += OpenAiClassifier.ClassifyStreamError(data).Kind == VerdictKind.Answer ? 0 : 1;
                failures += (int)OpenAiClassifier.ClassifyFinish("content_filter"u8, hasContent: true);
            }
        }

        Round();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Round();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotEqual(0, failures);
    }
}
