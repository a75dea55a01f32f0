using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI;
using OpenAI.Audio;
using OpenAI.Chat;
using OpenAI.Embeddings;
using OpenAI.Models;
using OpenAI.Moderations;
using OpenAI.Responses;

namespace FastGate.EndToEnd.Tests.Sdks;

/// <summary>Makes the clients of the official OpenAI package for one of the two ways, without retries of their own.</summary>
internal sealed class OfficialDotNetClient(ClientsUnderTest clients, Way way, string? key = null)
{
    private readonly ApiKeyCredential _key = new(key ?? clients.Key(way));

    private OpenAIClientOptions Options => new() { Endpoint = clients.BaseUrl(way), RetryPolicy = new ClientRetryPolicy(0), NetworkTimeout = Harness.ChildProcess.Patience };

    public string Model(string name) => clients.Prefix(way) + name;

    public ChatClient Chat(string model = "ok") => new(Model(model), _key, Options);

    public EmbeddingClient Embeddings() => new(Model("ok"), _key, Options);

    public OpenAIModelClient Models() => new(_key, Options);

    public ModerationClient Moderations() => new(Model("ok"), _key, Options);

    public AudioClient Audio() => new(Model("ok"), _key, Options);

    public ResponsesClient Responses() => new(
        _key, new ResponsesClientOptions { Endpoint = clients.BaseUrl(way), RetryPolicy = new ClientRetryPolicy(0), NetworkTimeout = Harness.ChildProcess.Patience });
}
