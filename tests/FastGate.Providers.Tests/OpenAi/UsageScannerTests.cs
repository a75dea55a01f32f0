using System.Buffers;
using System.Text;
using FastGate.Providers.OpenAi;

namespace FastGate.Providers.Tests.OpenAi;

public sealed class UsageScannerTests
{
    private const string Completion =
        """
        {"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"\"usage\":{\"prompt_tokens\":1}","usage":{"prompt_tokens":9}}}],
         "usage" : { "prompt_tokens" : 12 , "completion_tokens":345,"total_tokens":357,"completion_tokens_details":{"prompt_tokens":7} }, "created": 5}
        """;

    [Theory]
    [InlineData(Completion, 12, 345)]
    [InlineData("""{"usage":{"input_tokens":1,"input_tokens_details":{"cached_tokens":9},"output_tokens":2,"total_tokens":3}}""", 1, 2)]
    [InlineData("""{"data":[{"embedding":[0.1,-2e3,7]}],"usage":{"prompt_tokens":8,"total_tokens":8}}""", 8, -1)]
    [InlineData("""{"usage":null,"prompt_tokens":3}""", -1, -1)]
    [InlineData("""{"x":"usage","y":{"prompt_tokens":3}}""", -1, -1)]
    [InlineData("""["usage",{"prompt_tokens":3}]""", -1, -1)]
    [InlineData("""{"usage":{"prompt_tokens":[1,2],"completion_tokens":"3"}}""", -1, -1)]
    [InlineData("", -1, -1)]
    [InlineData("<html>}}}]]]", -1, -1)]
    public void Counts_are_found_whatever_the_split(string body, long prompt, long completion)
    {
        byte[] octets = Encoding.UTF8.GetBytes(body);
        Assert.Equal(new TokenUsage(prompt, completion), UsageScanner.Scan(new ReadOnlySequence<byte>(octets)));
        for (int first = 0; first <= octets.Length; first++)
        {
            for (int second = first; second <= octets.Length; second++)
            {
                var scanner = default(UsageScanner);
                scanner.Reset();
                scanner.Feed(octets.AsSpan(0, first));
                scanner.Feed(octets.AsSpan(first, second - first));
                scanner.Feed(octets.AsSpan(second));
                Assert.Equal(new TokenUsage(prompt, completion), scanner.Usage);
            }
        }
    }

    [Theory]
    [InlineData("{}", true)]
    [InlineData(" [1, 2] \n", true)]
    [InlineData("""{"a":"}","b":[{}]}""", true)]
    [InlineData("", false)]
    [InlineData("null", false)]
    [InlineData("<html></html>", false)]
    [InlineData("""{"a":[1,2}""", false)]
    [InlineData("""{"a":"}""", false)]
    [InlineData("""{"a":"\"}""", false)]
    [InlineData("""{"a":1""", false)]
    public void What_is_cut_short_or_no_JSON_is_not_closed(string body, bool closed)
    {
        byte[] octets = Encoding.UTF8.GetBytes(body);
        for (int split = 0; split <= octets.Length; split++)
        {
            var scanner = default(UsageScanner);
            scanner.Reset();
            scanner.Feed(octets.AsSpan(0, split));
            scanner.Feed(octets.AsSpan(split));
            Assert.Equal(closed, scanner.IsClosed);
        }
    }

    [Fact]
    public void Scanning_allocates_nothing()
    {
        var body = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(Completion));
        long tokens = UsageScanner.Scan(body).PromptTokens;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            tokens += UsageScanner.Scan(body).PromptTokens;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1001 * 12, tokens);
    }
}
