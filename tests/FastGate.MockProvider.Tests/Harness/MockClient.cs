using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace FastGate.MockProvider.Tests.Harness;

/// <summary>A running mock with an HTTP client of its own.</summary>
internal sealed class MockClient : IAsyncDisposable
{
    internal MockClient(MockOptions? options = null)
    {
        Server = new MockServer(options ?? new MockOptions()).Start();

        // A disposed response closes its connection at once instead of reading on for a while to save it.
        Http = new HttpClient(new SocketsHttpHandler { MaxResponseDrainSize = 0 }) { BaseAddress = new Uri($"http://{Server.BoundEndpoint}"), Timeout = Patience.Limit };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk-test-key-1234");
    }

    internal MockServer Server { get; }

    internal HttpClient Http { get; }

    internal static string Chat(string model, string question = "hello", string more = "", string metadata = "")
    {
        string meta = metadata.Length == 0 ? "" : $",\"metadata\":{{{metadata}}}";
        return $$"""{"model":{{JsonSerializer.Serialize(model)}},"messages":[{"role":"user","content":{{JsonSerializer.Serialize(question)}}}]{{more}}{{meta}}}""";
    }

    internal async Task<Reply> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await Http.PostAsync(path, content);
        return await Reply.ReadAsync(response);
    }

    internal Task<Reply> ChatAsync(string model, string question = "hello", string more = "", string metadata = "") =>
        PostAsync("/v1/chat/completions", Chat(model, question, more, metadata));

    internal async Task<Reply> GetAsync(string path)
    {
        using HttpResponseMessage response = await Http.GetAsync(path);
        return await Reply.ReadAsync(response);
    }

    /// <summary>Sends a request and returns as soon as the response head is there.</summary>
    internal async Task<HttpResponseMessage> BeginAsync(string body, string path = "/v1/chat/completions", CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    internal Task<MockCall> CallAsync(Func<MockCall, bool> predicate) => Server.WaitForAsync(predicate).WaitAsync(Patience.Limit);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
    }
}

/// <summary>A response read to its end.</summary>
internal sealed record Reply(HttpStatusCode Status, string Body, byte[] Bytes, HttpResponseHeaders Headers, string? ContentType)
{
    internal JsonElement Json => JsonDocument.Parse(Body).RootElement;

    internal JsonElement Error => Json.GetProperty("error");

    internal string Text => Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;

    internal string FinishReason => Json.GetProperty("choices")[0].GetProperty("finish_reason").GetString()!;

    internal List<SseEvent> Events => SseEvent.Read(Body);

    internal string Header(string name) => Assert.Single(Headers.GetValues(name));

    internal static async Task<Reply> ReadAsync(HttpResponseMessage response)
    {
        byte[] bytes = await response.Content.ReadAsByteArrayAsync();
        return new Reply(response.StatusCode, Encoding.UTF8.GetString(bytes), bytes, response.Headers, response.Content.Headers.ContentType?.ToString());
    }
}

/// <summary>One server-sent event; the body must consist of whole events and comments.</summary>
internal sealed record SseEvent(string? Name, string Data)
{
    internal JsonElement Json => JsonDocument.Parse(Data).RootElement;

    internal static List<SseEvent> Read(string body)
    {
        var events = new List<SseEvent>();
        foreach (string block in body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            string? name = null;
            foreach (string line in block.Split('\n'))
            {
                if (line.StartsWith("event: ", StringComparison.Ordinal))
                {
                    name = line["event: ".Length..];
                }
                else if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    events.Add(new SseEvent(name, line["data: ".Length..]));
                }
                else
                {
                    Assert.StartsWith(":", line, StringComparison.Ordinal);
                }
            }
        }

        return events;
    }

    /// <summary>The text of one choice of a chat stream, joined.</summary>
    internal static string TextOf(IEnumerable<SseEvent> events, int choice = 0) => string.Concat(
        from one in events
        where one.Data != "[DONE]"
        from element in one.Json.GetProperty("choices").EnumerateArray()
        where element.GetProperty("index").GetInt32() == choice && element.GetProperty("delta").TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.String
        select element.GetProperty("delta").GetProperty("content").GetString());
}
