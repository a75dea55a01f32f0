using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using FastGate.EndToEnd.Tests.Harness;
using FastGate.MockProvider;
using OpenAI;
using OpenAI.Chat;

namespace FastGate.EndToEnd.Tests.Answers;

/// <summary>The process keeps answers: for idempotency keys, in its database, and as the last resort.</summary>
public sealed class AnswersThatAreKeptTests : IAsyncLifetime
{
    private readonly MockServer _provider = new(new MockOptions { RequiredKey = Secrets.ProviderKey });
    private readonly TemporaryFolder _folder = new();

    public Task InitializeAsync()
    {
        _provider.Start();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _provider.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Answers_in_the_database_survive_a_restart_of_the_process()
    {
        string configuration = Over($$"""
            stores: { answers: { path: "{{_folder.File("answers.db")}}" } }
            routes:
              chat: { targets: [provider/ok], cache: { ttl: 1h } }
            """);
        string made;
        await using (Gateway first = await Gateway.ServeAsync(configuration))
        {
            made = await AskAsync(first, "chat", cache: null);
            Assert.Equal(made, await AskAsync(first, "chat", cache: "hit"));
        }

        await using Gateway second = await Gateway.ServeAsync(configuration);

        Assert.Equal(made, await AskAsync(second, "chat", cache: "hit"));
        Assert.Equal(1, Calls);
    }

    [Fact]
    public async Task Database_that_cannot_be_used_is_said_so_and_done_without()
    {
        await using Gateway gateway = await Gateway.ServeAsync(Over($$"""
            stores: { answers: { path: "{{_folder.Write("answers.db", new string('x', 8192))}}" } }
            routes:
              chat: { targets: [provider/ok], cache: { ttl: 1h } }
            """));

        await gateway.LoggedAsync("answers.db");
        Assert.Equal(await AskAsync(gateway, "chat", cache: null), await AskAsync(gateway, "chat", cache: "hit"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Repeated_key_costs_nothing_and_gives_the_same_octets(bool stream)
    {
        await using Gateway gateway = await Gateway.ServeAsync(Over("""
            routes:
              chat: { targets: [provider/ok] }
            """));

        (string said, string first) = await AskWithKeyAsync(gateway, stream);
        (string saidAgain, string second) = await AskWithKeyAsync(gateway, stream);

        Assert.Equal(("stored", "replayed"), (said, saidAgain));
        Assert.Equal(first, second);
        Assert.Equal(1, Calls);
    }

    [Fact]
    public async Task Official_client_gets_the_last_resorts_answer_whole_and_as_a_stream()
    {
        using var webhook = new OneAnswer("{\"content\":\"The operators know.\"}");
        await using Gateway gateway = await Gateway.ServeAsync(Over($$"""
            routes:
              manual: { targets: [provider/error-500], retry: { attempts: 0 }, last_resort: { manual: "Trouble with {route}." } }
              webhook: { targets: [provider/error-503], retry: { attempts: 0 }, last_resort: { webhook: { url: "http://{{webhook.EndPoint}}/" } } }
            """));

        Assert.Equal("Trouble with manual.", (await Client(gateway, "manual").CompleteChatAsync("Hello")).Value.Content[0].Text);
        Assert.Equal("Trouble with manual.", await StreamAsync(Client(gateway, "manual")));
        Assert.Equal("The operators know.", await StreamAsync(Client(gateway, "webhook")));
        using var facts = JsonDocument.Parse(await webhook.Question);
        Assert.Equal("webhook", facts.RootElement.GetProperty("route").GetString());
        Secrets.AssertNoneIn(await webhook.Question);
    }

    [Fact]
    public async Task Stale_answer_is_better_than_none()
    {
        await using Gateway gateway = await Gateway.ServeAsync(Over("""
            health: { minimum_samples: 1000000, consecutive_failures: 1000000 }
            routes:
              chat: { targets: [provider/ok], retry: { attempts: 0 }, cache: { ttl: 0 }, last_resort: { cache: 1h } }
            """));

        string made = await AskAsync(gateway, "chat", cache: null);
        await _provider.DisposeAsync();

        Assert.Equal(made, await AskAsync(gateway, "chat", cache: "stale"));
    }

    // The gateway asks for the models, too.
    private int Calls => _provider.Log.Count(call => call.Method == "POST");

    private string Over(string rest) => $$"""
        clients: [{ name: e2e, key: "{{Secrets.ClientKey}}" }]
        providers:
          provider: { base_url: "http://{{_provider.BoundEndpoint}}/v1", key: "{{Secrets.ProviderKey}}", probe: { interval: 0 } }
        {{rest}}
        """;

    private static async Task<string> AskAsync(Gateway gateway, string route, string? cache)
    {
        using HttpResponseMessage response = await gateway.Client.AskAsync(Chat.Body(route));
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        Assert.Equal(cache, response.Headers.TryGetValues("x-fastgate-cache", out IEnumerable<string>? values) ? values.Single() : null);
        return body;
    }

    private static async Task<(string Said, string Body)> AskWithKeyAsync(Gateway gateway, bool stream)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent(Chat.Body("chat", stream: stream), new MediaTypeHeaderValue("application/json")),
            Headers = { { "Idempotency-Key", "once" } },
        };
        using HttpResponseMessage response = await gateway.Client.SendAsync(request);
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        return (response.Headers.GetValues("x-fastgate-idempotency").Single(), body);
    }

    private static ChatClient Client(Gateway gateway, string route) => new(
        route,
        new ApiKeyCredential(Secrets.ClientKey),
        new OpenAIClientOptions { Endpoint = new Uri(gateway.Address, "/v1"), RetryPolicy = new ClientRetryPolicy(0), NetworkTimeout = ChildProcess.Patience });

    private static async Task<string> StreamAsync(ChatClient client)
    {
        var text = new StringBuilder();
        ChatFinishReason? finish = null;
        await foreach (StreamingChatCompletionUpdate update in client.CompleteChatStreamingAsync("Hello"))
        {
            foreach (ChatMessageContentPart part in update.ContentUpdate)
            {
                text.Append(part.Text);
            }

            finish = update.FinishReason ?? finish;
        }

        Assert.Equal(ChatFinishReason.Stop, finish);
        return text.ToString();
    }

    /// <summary>A server that answers one POST.</summary>
    private sealed class OneAnswer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        internal OneAnswer(string answer)
        {
            _listener.Start();
            Question = AnswerAsync(answer);
        }

        internal EndPoint EndPoint => _listener.LocalEndpoint;

        /// <summary>The body of what was asked.</summary>
        internal Task<string> Question { get; }

        public void Dispose() => _listener.Dispose();

        private async Task<string> AnswerAsync(string answer)
        {
            using TcpClient client = await _listener.AcceptTcpClientAsync();
            using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
            int length = 0;
            while (await reader.ReadLineAsync() is { Length: > 0 } line)
            {
                length = line.StartsWith("content-length:", StringComparison.OrdinalIgnoreCase) ? int.Parse(line.AsSpan(15)) : length;
            }

            char[] body = new char[length];
            await reader.ReadBlockAsync(body);
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {answer.Length}\r\nconnection: close\r\n\r\n{answer}"));
            return new string(body);
        }
    }
}
