using System.ClientModel;
using System.Text;
using FastGate.EndToEnd.Tests.Harness;
using OpenAI.Audio;
using OpenAI.Embeddings;
using OpenAI.Models;
using OpenAI.Moderations;
using OpenAI.Responses;

namespace FastGate.EndToEnd.Tests.Sdks;

/// <summary>What is not chat, and the errors, through the official OpenAI package for .NET.</summary>
[Collection(ClientLibraries.Name)]
public sealed class DotNetSurfaceTests(ClientsUnderTest clients)
{
    [Theory]
    [InlineData(Way.Gateway)]
    [InlineData(Way.Direct)]
    public async Task Embeddings_have_their_dimensions(Way way)
    {
        EmbeddingClient client = new OfficialDotNetClient(clients, way).Embeddings();

        OpenAIEmbeddingCollection two = await client.GenerateEmbeddingsAsync(["north", "south"]);
        OpenAIEmbedding small = await client.GenerateEmbeddingAsync("north", new EmbeddingGenerationOptions { Dimensions = 64 });

        Assert.All(two, one => Assert.Equal(1536, one.ToFloats().Length));
        Assert.Equal(64, small.ToFloats().Length);
    }

    [Theory]
    [InlineData(Way.Gateway)]
    [InlineData(Way.Direct)]
    public async Task Models_are_listed_and_found_by_names_with_slashes(Way way)
    {
        var official = new OfficialDotNetClient(clients, way);
        OpenAIModelClient client = official.Models();

        OpenAIModelCollection all = await client.GetModelsAsync();
        OpenAIModel one = await client.GetModelAsync(official.Model(ClientsUnderTest.ModelWithSlash));

        Assert.Contains(official.Model("ok"), all.Select(model => model.Id));
        Assert.Equal(official.Model(ClientsUnderTest.ModelWithSlash), one.Id);
    }

    [Theory]
    [InlineData(Way.Gateway)]
    [InlineData(Way.Direct)]
    public async Task Streamed_response_is_the_unary_one_in_pieces(Way way)
    {
        var official = new OfficialDotNetClient(clients, way);
        ResponsesClient client = official.Responses();

        ResponseResult whole = await client.CreateResponseAsync(official.Model("ok"), "What is it?");
        var text = new StringBuilder();
        bool completed = false;
        await foreach (StreamingResponseUpdate update in await client.CreateResponseStreamingAsync(official.Model("ok"), "What is it?"))
        {
            text.Append(update is StreamingResponseOutputTextDeltaUpdate delta ? delta.Delta : "");
            completed |= update is StreamingResponseCompletedUpdate;
        }

        Assert.NotEmpty(whole.GetOutputText());
        Assert.Equal(whole.GetOutputText(), text.ToString());
        Assert.True(completed);
    }

    [Theory]
    [InlineData(Way.Gateway)]
    [InlineData(Way.Direct)]
    public async Task Moderation_flags(Way way)
    {
        ModerationResultCollection results = await new OfficialDotNetClient(clients, way).Moderations().ClassifyTextAsync(["nothing but violence", "peace"]);

        Assert.Equal([true, false], results.Select(result => result.Flagged));
    }

    [Theory]
    [InlineData(Way.Gateway)]
    [InlineData(Way.Direct)]
    public async Task Audio_is_uploaded_and_heard(Way way)
    {
        using var audio = new MemoryStream(Encoding.ASCII.GetBytes(new string('~', 300_000)));

        AudioTranscription heard = await new OfficialDotNetClient(clients, way).Audio().TranscribeAudioAsync(audio, "speech.wav");

        Assert.NotEmpty(heard.Text);
    }

    [Theory]
    [InlineData(Way.Gateway)]
    [InlineData(Way.Direct)]
    public async Task Errors_keep_their_status_and_message(Way way)
    {
        var official = new OfficialDotNetClient(clients, way);

        await FailsAsync(400, "maximum context length", () => official.Chat("context-length").CompleteChatAsync("Hello"));
        await FailsAsync(404, "does not exist", () => official.Chat("nothing-like-it").CompleteChatAsync("Hello"));
        await FailsAsync(429, "Rate limit", () => official.Chat("rate-limit").CompleteChatAsync("Hello"));
        await FailsAsync(500, "error while processing", () => official.Chat("error-500").CompleteChatAsync("Hello"));
        await FailsAsync(401, "API key", () => new OfficialDotNetClient(clients, way, "not-a-key-of-anybody").Chat().CompleteChatAsync("Hello"));
    }

    private static async Task FailsAsync<T>(int status, string message, Func<Task<T>> call)
    {
        ClientResultException error = await Assert.ThrowsAsync<ClientResultException>(call);
        Assert.Equal(status, error.Status);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Secrets.AssertNoneIn(error.ToString());
    }
}
