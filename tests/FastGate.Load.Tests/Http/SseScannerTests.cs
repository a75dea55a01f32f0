using System.Text;
using FastGate.Load.Http;

namespace FastGate.Load.Tests.Http;

public sealed class SseScannerTests
{
    private const string Role = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]}\n\n";
    private const string Text = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}]}\n\n";
    private const string Finish = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    private const string Done = "data: [DONE]\n\n";

    [Fact]
    public void A_whole_answer_is_complete_wherever_it_is_cut()
    {
        byte[] stream = Encoding.UTF8.GetBytes(": hello\n\n" + Role + Text + Text + "event: x\nid: 1\n\n" + Finish + Done);
        for (int cut = 1; cut <= stream.Length; cut++)
        {
            var scanner = new SseScanner();
            for (int at = 0; at < stream.Length; at += cut)
            {
                scanner.Feed(stream.AsSpan(at, Math.Min(cut, stream.Length - at)), 7);
            }

            Assert.True(scanner.IsComplete, $"cut every {cut}");
            Assert.Equal(4, scanner.Events);
        }
    }

    [Theory]
    [InlineData(Role + Text)]
    [InlineData(Role + Text + Finish)]
    [InlineData(Role + Text + Done)]
    [InlineData(Role + Text + Finish + "data: [DONE]\n")]
    [InlineData(Role + Text + "data: {\"error\":{\"code\":\"stream_interrupted\"}}\n\n" + Finish + Done)]
    [InlineData(Role + Text + Finish + Done + Text)]
    [InlineData("")]
    public void An_answer_that_lacks_its_end_is_not_complete(string stream) => Assert.False(Scan(stream).IsComplete);

    [Theory]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public void Other_line_ends_are_line_ends(string end)
    {
        SseScanner scanner = Scan((Role + Text + Finish + Done).Replace("\n", end, StringComparison.Ordinal));
        Assert.True(scanner.IsComplete);
        Assert.Equal(3, scanner.Events);
    }

    [Fact]
    public void The_first_token_is_the_first_event_with_text_and_not_the_role()
    {
        var scanner = new SseScanner();
        scanner.Feed(Encoding.UTF8.GetBytes(Role), 10);
        Assert.Equal(0, scanner.FirstTokenAt);
        scanner.Feed(Encoding.UTF8.GetBytes(Text), 20);
        scanner.Feed(Encoding.UTF8.GetBytes(Text), 30);
        Assert.Equal(20, scanner.FirstTokenAt);
        Assert.Equal(30, scanner.LastEventAt);
    }

    [Fact]
    public void Blanks_between_key_and_value_do_not_matter() =>
        Assert.True(Scan("data:{\"choices\": [{\"delta\": {\"content\": \"a\"}, \"finish_reason\" : \"length\"}]}\n\n" + Done).IsComplete);

    [Fact]
    public void Text_that_quotes_a_finish_reason_is_not_one() =>
        Assert.False(Scan("data: {\"delta\":{\"content\":\"say \\\"finish_reason\\\":\\\"stop\\\"\"}}\n\n" + Done).IsComplete);

    [Fact]
    public void A_line_without_end_is_malformed_and_its_memory_bounded()
    {
        var scanner = new SseScanner();
        byte[] part = new byte[64 * 1024];
        part.AsSpan().Fill((byte)'a');
        for (int i = 0; i < 20; i++)
        {
            scanner.Feed(part, 0);
        }

        Assert.True(scanner.Malformed);
    }

    private static SseScanner Scan(string stream)
    {
        var scanner = new SseScanner();
        scanner.Feed(Encoding.UTF8.GetBytes(stream), 1);
        return scanner;
    }
}
