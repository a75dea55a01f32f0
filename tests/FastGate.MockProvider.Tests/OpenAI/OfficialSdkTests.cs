using System.ClientModel;
using System.ClientModel.Primitives;
using FastGate.MockProvider.Tests.Harness;
using global::OpenAI;
using global::OpenAI.Audio;
using global::OpenAI.Chat;
using global::OpenAI.Embeddings;
using global::OpenAI.Images;
using global::OpenAI.Models;
using global::OpenAI.Moderations;
using global::OpenAI.Responses;

#pragma warning disable OPENAI001 // The Responses client is marked as a preview.

namespace FastGate.MockProvider.Tests.OpenAI;

/// <summary>The official client is the judge of the shapes: what it reads, any client reads.</summary>
public sealed class OfficialSdkTests
{
    [Fact]
    public async Task Chat_is_read_whole_and_streamed()
    {
        await using var mock = new MockClient();
        ChatClient chat = Client(mock).GetChatClient("ok");

        ChatCompletion completion = await chat.CompleteChatAsync("hello");
        string streamed = "";
        ChatFinishReason? finish = null;
        int? tokens = null;
        await foreach (StreamingChatCompletionUpdate update in chat.CompleteChatStreamingAsync("hello"))
        {
            streamed += string.Concat(update.ContentUpdate.Select(part => part.Text));
            finish = update.FinishReason ?? finish;
            tokens = update.Usage?.OutputTokenCount ?? tokens;
        }

        Assert.Equal(completion.Content[0].Text, streamed);
        Assert.Equal(ChatFinishReason.Stop, completion.FinishReason);
        Assert.Equal(ChatFinishReason.Stop, finish);
        Assert.Equal(32, completion.Usage.OutputTokenCount);
        Assert.Equal(32, tokens);
        Assert.Equal("fp_mock", completion.SystemFingerprint);
    }

    [Fact]
    public async Task Tools_go_round()
    {
        await using var mock = new MockClient();
        ChatClient chat = Client(mock).GetChatClient("ok");
        var options = new ChatCompletionOptions();
        options.Tools.Add(ChatTool.CreateFunctionTool("get_weather", null, BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""")));
        var messages = new List<ChatMessage> { new UserChatMessage("weather?") };

        ChatCompletion first = await chat.CompleteChatAsync(messages, options);
        Assert.Equal(ChatFinishReason.ToolCalls, first.FinishReason);
        messages.Add(new AssistantChatMessage(first));
        messages.Add(new ToolChatMessage(first.ToolCalls[0].Id, "rain"));
        ChatCompletion second = await chat.CompleteChatAsync(messages, options);

        Assert.Equal("get_weather", first.ToolCalls[0].FunctionName);
        Assert.Contains("city", first.ToolCalls[0].FunctionArguments.ToString(), StringComparison.Ordinal);
        Assert.NotEmpty(second.Content[0].Text);
    }

    [Fact]
    public async Task Response_is_read_whole_and_streamed()
    {
        await using var mock = new MockClient();
        ResponsesClient responses = Client(mock).GetResponsesClient();

        ResponseResult whole = await responses.CreateResponseAsync("ok", "hello");
        string streamed = "";
        ResponseResult? completed = null;
        await foreach (StreamingResponseUpdate update in await responses.CreateResponseStreamingAsync("ok", "hello"))
        {
            streamed += update is StreamingResponseOutputTextDeltaUpdate delta ? delta.Delta : "";
            completed = update is StreamingResponseCompletedUpdate end ? end.Response : completed;
        }

        Assert.Equal(whole.GetOutputText(), streamed);
        Assert.Equal(streamed, completed!.GetOutputText());
        Assert.Equal(32, completed.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task Embeddings_come_as_the_client_asks()
    {
        await using var mock = new MockClient();

        OpenAIEmbeddingCollection found = await Client(mock).GetEmbeddingClient("ok").GenerateEmbeddingsAsync(["a", "b"], new EmbeddingGenerationOptions { Dimensions = 8 });

        Assert.Equal(8, found[1].ToFloats().Length);
        Assert.Equal(1, found[1].ToFloats().ToArray().Sum(one => one * one), 4);
    }

    [Fact]
    public async Task Other_endpoints_are_read()
    {
        await using var mock = new MockClient();
        OpenAIClient client = Client(mock);

        GeneratedImage image = await client.GetImageClient("ok").GenerateImageAsync("a fox", new ImageGenerationOptions { ResponseFormat = GeneratedImageFormat.Bytes });
        Assert.Equal(0x89, image.ImageBytes.ToArray()[0]);
        ModerationResult moderation = await client.GetModerationClient("ok").ClassifyTextAsync("violence");
        Assert.True(moderation.Violence.Flagged);
        BinaryData speech = await client.GetAudioClient("ok").GenerateSpeechAsync("hello", GeneratedSpeechVoice.Alloy);
        Assert.True(speech.ToMemory().Length > 100);
        using var sound = new MemoryStream([1, 2, 3]);
        AudioTranscription heard = await client.GetAudioClient("ok").TranscribeAudioAsync(sound, "a.wav");
        Assert.NotEmpty(heard.Text);
        OpenAIModelCollection models = await client.GetOpenAIModelClient().GetModelsAsync();
        Assert.Contains(models, model => model.Id == "cut-stream");
    }

    [Fact]
    public async Task Failures_are_recognised()
    {
        await using var mock = new MockClient();

        ClientResultException exception = await Assert.ThrowsAsync<ClientResultException>(() => Client(mock).GetChatClient("context-length").CompleteChatAsync("hello"));

        Assert.Equal(400, exception.Status);
        Assert.Contains("context_length_exceeded", exception.Message, StringComparison.Ordinal);
    }

    private static OpenAIClient Client(MockClient mock) => new(
        new ApiKeyCredential("sk-sdk"),
        new OpenAIClientOptions { Endpoint = new Uri(mock.Http.BaseAddress!, "v1"), RetryPolicy = new ClientRetryPolicy(0) });
}
