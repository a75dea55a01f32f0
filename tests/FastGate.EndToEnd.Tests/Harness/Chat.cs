using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace FastGate.EndToEnd.Tests.Harness;

/// <summary>Chat completions over plain HTTP, for the tests that are about the process and not about a client library.</summary>
internal static class Chat
{
    public static string Body(string model, string content = "Hello", bool stream = false, string? metadata = null) =>
        $$"""{"model":"{{model}}","stream":{{(stream ? "true" : "false")}},{{(metadata is null ? "" : $"\"metadata\":{metadata},")}}"messages":[{"role":"user","content":"{{content}}"}]}""";

    /// <summary>Sends one; returns when the head is there.</summary>
    public static Task<HttpResponseMessage> AskAsync(this HttpClient client, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent(body, new MediaTypeHeaderValue("application/json")),
        };
        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Sends one and reads the text of its answer.</summary>
    public static async Task<string> TextAsync(this HttpClient client, string model, string content = "echo: hello")
    {
        using HttpResponseMessage response = await client.AskAsync(Body(model, content));
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, body);
        using var json = JsonDocument.Parse(body);
        return json.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
    }

    /// <summary>Sends one that fails.</summary>
    /// <returns>The status, and code and message of the error.</returns>
    public static async Task<(int Status, string? Code, string Message)> ErrorAsync(this HttpClient client, string model)
    {
        using HttpResponseMessage response = await client.AskAsync(Body(model));
        string body = await response.Content.ReadAsStringAsync();
        Secrets.AssertNoneIn(body);
        Assert.False(response.IsSuccessStatusCode, body);
        using var json = JsonDocument.Parse(body);
        JsonElement error = json.RootElement.GetProperty("error");
        return ((int)response.StatusCode, error.GetProperty("code").GetString(), error.GetProperty("message").GetString()!);
    }
}
