using System.Text;
using FastGate.Providers.OpenAi;

namespace FastGate.Providers.Tests.OpenAi;

public sealed class ChatChunkScannerTests
{
    private const string Typical =
        """{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1694268190,"model":"gpt-4o","system_fingerprint":"fp","choices":[{"index":0,"delta":{"content":"Hello"},"logprobs":null,"finish_reason":null}],"usage":null}""";

    [Fact]
    public void Chunk_with_text_is_a_first_token()
    {
        ChatChunk chunk = Scan(Typical);
        Assert.Equal(ChatChunkFlags.Content, chunk.Flags);
        Assert.True(chunk.IsFirstToken);
        Assert.Equal("Hello", Text(Typical, chunk.Content));
        Assert.Equal("chatcmpl-1", Text(Typical, chunk.Id));
        Assert.Equal("gpt-4o", Text(Typical, chunk.Model));
        Assert.Equal(1, chunk.Choices);
        Assert.Equal(0, chunk.MaxChoiceIndex);
        Assert.True(chunk.FinishReason.IsEmpty);
    }

    [Theory]
    [InlineData("""{"role":"assistant"}""", ChatChunkFlags.None)]
    [InlineData("""{"role":"assistant","content":"","refusal":null}""", ChatChunkFlags.None)]
    [InlineData("""{"content":null,"tool_calls":[]}""", ChatChunkFlags.None)]
    [InlineData("""{"content":" "}""", ChatChunkFlags.Content)]
    [InlineData("""{"content":[{"type":"thinking"}]}""", ChatChunkFlags.Content)]
    [InlineData("""{"tool_calls":[{"index":0,"function":{"arguments":""}}]}""", ChatChunkFlags.ToolCall)]
    [InlineData("""{"function_call":{"name":"f"}}""", ChatChunkFlags.ToolCall)]
    [InlineData("""{"refusal":"I"}""", ChatChunkFlags.Refusal)]
    [InlineData("""{"reasoning_content":"hm"}""", ChatChunkFlags.Reasoning)]
    [InlineData("""{"reasoning":"hm","content":""}""", ChatChunkFlags.Reasoning)]
    [InlineData("""{"audio":{"id":"a"}}""", ChatChunkFlags.Audio)]
    [InlineData("""{"c\u006fntent":"x"}""", ChatChunkFlags.Content)]
    [InlineData("null", ChatChunkFlags.None)]
    public void Delta_says_what_it_bears(string delta, ChatChunkFlags expected)
    {
        ChatChunk chunk = Scan($$"""{"choices":[{"delta":{{delta}},"index":0}]}""");
        Assert.Equal(expected, chunk.Flags);
        Assert.Equal(expected != ChatChunkFlags.None, chunk.IsFirstToken);
    }

    [Fact]
    public void Legacy_completion_text_is_content()
    {
        ChatChunk chunk = Scan("""{"object":"text_completion","choices":[{"text":"a","index":0,"finish_reason":null}]}""");
        Assert.True(chunk.HasContent);
    }

    [Fact]
    public void Finish_reason_and_highest_choice_are_told()
    {
        const string json = """{"choices":[{"index":2,"delta":{},"finish_reason":null},{"index":1,"delta":{},"finish_reason":"length"}]}""";
        ChatChunk chunk = Scan(json);
        Assert.Equal(ChatChunkFlags.Finish, chunk.Flags);
        Assert.Equal("length", Text(json, chunk.FinishReason));
        Assert.Equal(2, chunk.Choices);
        Assert.Equal(2, chunk.MaxChoiceIndex);
    }

    [Theory]
    [InlineData("""{"choices":[],"usage":{"prompt_tokens":12,"prompt_tokens_details":{"cached_tokens":1},"completion_tokens":34,"total_tokens":46}}""")]
    [InlineData("""{"choices":null,"usage":{"completion_tokens":34,"prompt_tokens":12}}""")]
    public void Usage_chunk_is_read(string json)
    {
        ChatChunk chunk = Scan(json);
        Assert.True(chunk.HasUsage);
        Assert.False(chunk.IsFirstToken);
        Assert.Equal(new TokenUsage(12, 34), chunk.Usage);
        Assert.Equal(-1, chunk.MaxChoiceIndex);
    }

    [Theory]
    [InlineData("""{"error":{"message":"slow \"down\"","type":"rate_limit","code":"429"}}""", "rate_limit", "429")]
    [InlineData("""{"id":"x","error":{"code":502,"message":"slow \"down\""},"choices":[{"delta":{"content":""},"finish_reason":"error"}]}""", "", "502")]
    [InlineData("""{"error":"slow \"down\""}""", "", "")]
    [InlineData("""{"object":"error","message":"slow \"down\"","type":"BadRequest","code":400}""", "BadRequest", "400")]
    public void Error_in_place_of_an_answer_is_seen(string json, string type, string code)
    {
        ChatChunk chunk = Scan(json);
        Assert.True(chunk.HasError);
        Assert.False(chunk.IsFirstToken);
        Assert.Equal(type, Text(json, chunk.Error.Type));
        Assert.Equal(code, Text(json, chunk.Error.Code));
        Assert.Equal("slow \"down\"", Text(json, chunk.Error.Message));
    }

    [Fact]
    public void Null_error_is_no_error()
    {
        Assert.False(Scan("""{"error":null,"choices":[]}""").HasError);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[DONE]")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"choices\":[{\"delta\":{\"content\":\"x\"}}]")]
    [InlineData("{\"choices\":[{\"delta\":{\"content\":\"x}}]}")]
    [InlineData("{} {}")]
    public void Malformed_event_is_told(string json)
    {
        Assert.False(ChatChunkScanner.TryScan(Encoding.UTF8.GetBytes(json), out _));
    }

    [Fact]
    public void Chunk_cut_anywhere_is_malformed_and_never_throws()
    {
        byte[] json = Encoding.UTF8.GetBytes(Typical);
        for (int length = 0; length < json.Length; length++)
        {
            Assert.False(ChatChunkScanner.TryScan(json.AsSpan(0, length), out _));
        }
    }

    [Theory]
    [InlineData("[DONE]", true)]
    [InlineData(" [DONE] ", true)]
    [InlineData("[done]", false)]
    [InlineData("", false)]
    public void End_mark_is_known(string data, bool expected)
    {
        Assert.Equal(expected, ChatChunkScanner.IsDone(Encoding.UTF8.GetBytes(data)));
    }

    [Fact]
    public void Scanning_allocates_nothing()
    {
        byte[] json = Encoding.UTF8.GetBytes(Typical);
        int tokens = ChatChunkScanner.TryScan(json, out ChatChunk chunk) && chunk.IsFirstToken ? 1 : 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            tokens += ChatChunkScanner.TryScan(json, out chunk) && chunk.IsFirstToken ? 1 : 0;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1001, tokens);
    }

    internal static string Text(string json, JsonSlice slice)
    {
        byte[] octets = Encoding.UTF8.GetBytes(json);
        byte[] target = new byte[slice.Length];
        Assert.True(slice.TryUnescape(octets, target, out int written));
        return Encoding.UTF8.GetString(target, 0, written);
    }

    private static ChatChunk Scan(string json)
    {
        Assert.True(ChatChunkScanner.TryScan(Encoding.UTF8.GetBytes(json), out ChatChunk chunk));
        return chunk;
    }
}
