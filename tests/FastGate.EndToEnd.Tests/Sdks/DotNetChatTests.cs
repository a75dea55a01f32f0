using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OpenAI.Chat;

namespace FastGate.EndToEnd.Tests.Sdks;

/// <summary>Chat through the official OpenAI package for .NET.</summary>
[Collection(ClientLibraries.Name)]
public sealed class DotNetChatTests(ClientsUnderTest clients)
{
    private const string Question = "What does a gateway do all day?";

    private static readonly ChatTool Weather = ChatTool.CreateFunctionTool("weather", "The weather", BinaryData.FromString(
        """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}"""), functionSchemaIsStrict: true);

    [Theory]
    [InlineData(Way.Gateway)]
    [InlineData(Way.Direct)]
    public async Task Stream_is_the_unary_answer_in_pieces(Way way)
    {
        ChatClient client = new OfficialDotNetClient(clients, way).Chat();

        ChatCompletion whole = await client.CompleteChatAsync(Question);
        (string text, ChatFinishReason? finish, ChatTokenUsage? usage) = await ReadAsync(client, Question);

        Assert.Equal(ChatFinishReason.Stop, whole.FinishReason);
        Assert.Equal(whole.Content[0].Text, text);
        Assert.Equal(ChatFinishReason.Stop, finish);
        // This client asks for it with every stream.
        Assert.Equal(whole.Usage.TotalTokenCount, usage?.TotalTokenCount);
    }

    [Theory]
    [InlineData(Way.Gateway)]
    [InlineData(Way.Direct)]
    public async Task Tool_call_is_made_and_its_result_taken(Way way)
    {
        ChatClient client = new OfficialDotNetClient(clients, way).Chat();
        var options = new ChatCompletionOptions { Tools = { Weather } };

        ChatCompletion first = await client.CompleteChatAsync([new UserChatMessage(Question)], options);
        ChatToolCall call = Assert.Single(first.ToolCalls);
        ChatCompletion second = await client.CompleteChatAsync(
            [new UserChatMessage(Question), new AssistantChatMessage(first), new ToolChatMessage(call.Id, "fine")], options);

        Assert.Equal(ChatFinishReason.ToolCalls, first.FinishReason);
        Assert.Equal("weather", call.FunctionName);
        Assert.Equal(ChatFinishReason.Stop, second.FinishReason);
    }

    [Theory]
    [InlineData(Way.Gateway)]
    [InlineData(Way.Direct)]
    public async Task Streamed_tool_call_is_the_unary_one_in_pieces(Way way)
    {
        ChatClient client = new OfficialDotNetClient(clients, way).Chat();
        var options = new ChatCompletionOptions { Tools = { Weather } };

        ChatCompletion whole = await client.CompleteChatAsync([new UserChatMessage(Question)], options);
        var arguments = new StringBuilder();
        await foreach (StreamingChatCompletionUpdate update in client.CompleteChatStreamingAsync([new UserChatMessage(Question)], options))
        {
            foreach (StreamingChatToolCallUpdate piece in update.ToolCallUpdates)
            {
                arguments.Append(piece.FunctionArgumentsUpdate.ToMemory().IsEmpty ? "" : piece.FunctionArgumentsUpdate.ToString());
            }
        }

        Assert.Equal(whole.ToolCalls[0].FunctionArguments.ToString(), arguments.ToString());
    }

    [Theory]
    [InlineData(Way.Gateway)]
    [InlineData(Way.Direct)]
    public async Task Structured_output_satisfies_its_schema(Way way)
    {
        ChatCompletion answer = await new OfficialDotNetClient(clients, way).Chat().CompleteChatAsync([new UserChatMessage(Question)], new ChatCompletionOptions
        {
            ResponseFormat = ChatResponseFormat.CreateJsonSchemaFormat("weather", BinaryData.FromString(
                """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}"""), jsonSchemaIsStrict: true),
        });

        using var json = JsonDocument.Parse(answer.Content[0].Text);
        Assert.Equal(JsonValueKind.String, json.RootElement.GetProperty("city").ValueKind);
    }

    [Theory]
    [InlineData(Way.Gateway)]
    [InlineData(Way.Direct)]
    public async Task Image_of_8_MB_is_seen(Way way)
    {
        // 6 MiB of image are 8 MiB of base64.
        ChatCompletion answer = await new OfficialDotNetClient(clients, way).Chat().CompleteChatAsync(
            [
                new UserChatMessage(
                    ChatMessageContentPart.CreateTextPart("echo: seen"),
                    ChatMessageContentPart.CreateImagePart(BinaryData.FromBytes(RandomNumberGenerator.GetBytes(6 << 20)), "image/png")),
            ]);

        Assert.Equal("seen", answer.Content[0].Text);
    }

    [Theory]
    [InlineData(Way.Gateway)]
    [InlineData(Way.Direct)]
    public async Task Two_hundred_streams_at_once_are_each_complete(Way way)
    {
        ChatClient client = new OfficialDotNetClient(clients, way).Chat();

        string[] texts = await Task.WhenAll(Enumerable.Range(0, 200).Select(async n => (await ReadAsync(client, $"echo: {Echo(n)}")).Text));

        Assert.Equal(Enumerable.Range(0, 200).Select(Echo), texts);

        static string Echo(int n) => $"stream {n} says {string.Join(' ', Enumerable.Range(0, 40).Select(i => $"{n}.{i}"))} änd €nds";
    }

    [Theory]
    [InlineData(Way.Gateway)]
    [InlineData(Way.Direct)]
    public async Task Client_that_leaves_in_mid_stream_ends_the_providers_call(Way way)
    {
        string user = $"abort dotnet {way}";
        var options = new ChatCompletionOptions { EndUserId = user };

        await foreach (StreamingChatCompletionUpdate update in new OfficialDotNetClient(clients, way).Chat("stall-stream").CompleteChatStreamingAsync([new UserChatMessage(Question)], options))
        {
            if (update.ContentUpdate.Count > 0 && update.ContentUpdate[0].Text.Length > 0)
            {
                break;
            }
        }

        using var expired = new CancellationTokenSource(Harness.ChildProcess.Patience);
        await clients.Provider.WaitForAsync(call => call.Aborted && Encoding.UTF8.GetString(call.Body.Span).Contains(user, StringComparison.Ordinal), expired.Token);
    }

    private static async Task<(string Text, ChatFinishReason? Finish, ChatTokenUsage? Usage)> ReadAsync(ChatClient client, string question)
    {
        var text = new StringBuilder();
        ChatFinishReason? finish = null;
        ChatTokenUsage? usage = null;
        await foreach (StreamingChatCompletionUpdate update in client.CompleteChatStreamingAsync(question))
        {
            foreach (ChatMessageContentPart part in update.ContentUpdate)
            {
                text.Append(part.Text);
            }

            finish = update.FinishReason ?? finish;
            usage = update.Usage ?? usage;
        }

        return (text.ToString(), finish, usage);
    }
}
