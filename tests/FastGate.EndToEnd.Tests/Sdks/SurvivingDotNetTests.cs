using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using FastGate.EndToEnd.Tests.Harness;
using OpenAI;
using OpenAI.Chat;

namespace FastGate.EndToEnd.Tests.Sdks;

/// <summary>The official OpenAI package for .NET reads streams that broke behind the gateway, and notices nothing.</summary>
public sealed class SurvivingDotNetTests(SurvivingClients clients) : IClassFixture<SurvivingClients>
{
    private const string Question = "What does a gateway do all day?";

    private static readonly ChatTool Weather = ChatTool.CreateFunctionTool("weather", "The weather", BinaryData.FromString(
        """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}"""), functionSchemaIsStrict: true);

    public static TheoryData<string> Surviving() => [.. SurvivingClients.Surviving];

    [Theory]
    [MemberData(nameof(Surviving))]
    public async Task Stream_is_whole(string route)
    {
        ChatCompletion whole = await Client("whole").CompleteChatAsync(Question);

        (string text, ChatFinishReason? finish, ChatTokenUsage? usage) = await ReadAsync(Client(route).CompleteChatStreamingAsync(Question));

        Assert.Equal(whole.Content[0].Text, text);
        Assert.Equal(ChatFinishReason.Stop, finish);
        Assert.Equal(usage!.InputTokenCount + usage.OutputTokenCount, usage.TotalTokenCount);
    }

    [Fact]
    public async Task Streamed_tool_call_crosses_a_failover()
    {
        var options = new ChatCompletionOptions { Tools = { Weather } };
        ChatCompletion whole = await Client("whole").CompleteChatAsync([new UserChatMessage(Question)], options);
        var arguments = new StringBuilder();

        await foreach (StreamingChatCompletionUpdate update in Client("late").CompleteChatStreamingAsync([new UserChatMessage(Question)], options))
        {
            foreach (StreamingChatToolCallUpdate piece in update.ToolCallUpdates)
            {
                arguments.Append(piece.FunctionArgumentsUpdate.ToMemory().IsEmpty ? "" : piece.FunctionArgumentsUpdate.ToString());
            }
        }

        Assert.Equal(whole.ToolCalls[0].FunctionArguments.ToString(), arguments.ToString());
    }

    [Theory]
    [InlineData("alone")]
    [InlineData("off")]
    public async Task Interruption_is_an_exception_and_no_short_answer(string route)
    {
        ChatFinishReason? finish = null;

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await foreach (StreamingChatCompletionUpdate update in Client(route).CompleteChatStreamingAsync(Question))
            {
                finish = update.FinishReason ?? finish;
            }
        });

        Assert.Null(finish);
    }

    private static async Task<(string Text, ChatFinishReason? Finish, ChatTokenUsage? Usage)> ReadAsync(AsyncCollectionResult<StreamingChatCompletionUpdate> stream)
    {
        var text = new StringBuilder();
        ChatFinishReason? finish = null;
        ChatTokenUsage? usage = null;
        await foreach (StreamingChatCompletionUpdate update in stream)
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

    private ChatClient Client(string route) => new(
        route,
        new ApiKeyCredential(Secrets.ClientKey),
        new OpenAIClientOptions { Endpoint = clients.BaseUrl, RetryPolicy = new ClientRetryPolicy(0), NetworkTimeout = ChildProcess.Patience });
}
