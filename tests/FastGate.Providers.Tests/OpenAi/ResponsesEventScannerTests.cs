using System.Text;
using FastGate.Providers.OpenAi;

namespace FastGate.Providers.Tests.OpenAi;

public sealed class ResponsesEventScannerTests
{
    [Theory]
    [InlineData("response.output_text.delta", ChatChunkFlags.Content)]
    [InlineData("response.refusal.delta", ChatChunkFlags.Refusal)]
    [InlineData("response.reasoning_summary_text.delta", ChatChunkFlags.Reasoning)]
    [InlineData("response.reasoning_text.delta", ChatChunkFlags.Reasoning)]
    [InlineData("response.function_call_arguments.delta", ChatChunkFlags.ToolCall)]
    [InlineData("response.custom_tool_call_input.delta", ChatChunkFlags.ToolCall)]
    [InlineData("response.mcp_call_arguments.delta", ChatChunkFlags.ToolCall)]
    [InlineData("response.audio.delta", ChatChunkFlags.Audio)]
    [InlineData("response.audio.transcript.delta", ChatChunkFlags.Audio)]
    public void Delta_with_something_in_it_is_a_first_token(string type, ChatChunkFlags content)
    {
        string json = $$"""{"delta":"abc","sequence_number":4,"type":"{{type}}","item_id":"i"}""";
        ResponsesEvent e = Scan(json);
        Assert.True(e.IsFirstToken);
        Assert.False(e.IsTerminal);
        Assert.Equal(content, e.Content);
        Assert.Equal("abc", ChatChunkScannerTests.Text(json, e.Delta));

        Assert.False(Scan(json.Replace("abc", "", StringComparison.Ordinal)).IsFirstToken);
    }

    [Theory]
    [InlineData("response.created")]
    [InlineData("response.in_progress")]
    [InlineData("response.output_item.added")]
    [InlineData("response.output_text.done")]
    [InlineData("something.new")]
    public void Other_events_bear_nothing(string type)
    {
        Assert.Equal(ResponsesEventKind.Other, Scan($$"""{"type":"{{type}}","text":"x","response":{"id":"r"} }""").Kind);
    }

    [Fact]
    public void Partial_image_is_content()
    {
        Assert.True(Scan("""{"type":"response.image_generation_call.partial_image","partial_image_b64":"AA"}""").IsFirstToken);
    }

    [Fact]
    public void Completed_event_tells_id_and_usage()
    {
        const string json = """{"type":"response.completed","response":{"id":"resp_1","error":null,"incomplete_details":null,"output":[{"x":"y"}],"usage":{"input_tokens":5,"output_tokens":6}}}""";
        ResponsesEvent e = Scan(json);
        Assert.Equal(ResponsesEventKind.Completed, e.Kind);
        Assert.True(e.IsTerminal);
        Assert.Equal("resp_1", ChatChunkScannerTests.Text(json, e.Id));
        Assert.True(e.HasUsage);
        Assert.Equal(new TokenUsage(5, 6), e.Usage);
    }

    [Fact]
    public void Incomplete_event_tells_why()
    {
        const string json = """{"response":{"incomplete_details":{"x":1,"reason":"content_filter"}},"type":"response.incomplete"}""";
        ResponsesEvent e = Scan(json);
        Assert.Equal(ResponsesEventKind.Incomplete, e.Kind);
        Assert.Equal("content_filter", ChatChunkScannerTests.Text(json, e.Reason));
    }

    [Theory]
    [InlineData("""{"type":"response.failed","response":{"error":{"code":"server_error","message":"no"}}}""", ResponsesEventKind.Failed)]
    [InlineData("""{"type":"error","code":"server_error","message":"no","param":null,"sequence_number":1}""", ResponsesEventKind.Error)]
    [InlineData("""{"type":"error","error":{"code":"server_error","message":"no"}}""", ResponsesEventKind.Error)]
    public void Failure_tells_its_error(string json, ResponsesEventKind kind)
    {
        ResponsesEvent e = Scan(json);
        Assert.Equal(kind, e.Kind);
        Assert.True(e.IsTerminal);
        Assert.Equal("server_error", ChatChunkScannerTests.Text(json, e.Error.Code));
        Assert.Equal("no", ChatChunkScannerTests.Text(json, e.Error.Message));
    }

    [Theory]
    [InlineData("[DONE]")]
    [InlineData("{\"type\":")]
    public void Malformed_event_is_told(string json)
    {
        Assert.False(ResponsesEventScanner.TryScan(Encoding.UTF8.GetBytes(json), out _));
    }

    [Fact]
    public void Scanning_allocates_nothing()
    {
        byte[] json = Encoding.UTF8.GetBytes("""{"type":"response.output_text.delta","sequence_number":4,"item_id":"msg_1","output_index":0,"content_index":0,"delta":"Hi"}""");
        int tokens = ResponsesEventScanner.TryScan(json, out ResponsesEvent e) && e.IsFirstToken ? 1 : 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            tokens += ResponsesEventScanner.TryScan(json, out e) && e.IsFirstToken ? 1 : 0;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1001, tokens);
    }

    private static ResponsesEvent Scan(string json)
    {
        Assert.True(ResponsesEventScanner.TryScan(Encoding.UTF8.GetBytes(json), out ResponsesEvent e));
        return e;
    }
}
