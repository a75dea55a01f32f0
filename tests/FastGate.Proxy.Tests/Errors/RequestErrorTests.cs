using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using FastGate.MockProvider;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Errors;

/// <summary>Well-framed requests that cannot be served: answered by the contract's table, the connection kept, nothing forwarded.</summary>
public sealed class RequestErrorTests
{
    public static TheoryData<int, string, string?, string> Bodies => new()
    {
        { 400, "invalid_json", null, "" },
        { 400, "invalid_json", null, "nonsense" },
        { 400, "invalid_json", null, "{\"model\":\"chat\"" },
        { 400, "invalid_json", null, "{\"model\":\"chat\"}}" },
        { 400, "invalid_json", null, "{\"model\":\"chat\",}" },
        { 400, "invalid_json", null, "{\"model\":\"ch\nat\"}" },
        { 400, "invalid_json", null, "[\"model\"]" },
        { 400, "invalid_request", "model", "{\"messages\":[]}" },
        { 400, "invalid_request", "model", "{\"model\":7}" },
        { 400, "invalid_request", "model", "{\"model\":null}" },
        { 400, "invalid_request", "model", "{\"model\":\"\"}" },
        { 400, "invalid_request", "model", "{\"model\":\"chat\",\"model\":\"up/m\"}" },
        { 400, "invalid_request", "model", "{\"model\":\"chat\",\"mod\\u0065l\":\"up/m\"}" },
        { 400, "invalid_request", "stream", "{\"model\":\"chat\",\"stream\":\"yes\"}" },
        { 404, "model_not_found", "model", "{\"model\":\"nobody-has-it\"}" },
        { 404, "model_not_found", "model", "{\"model\":\"other/m\"}" },
        { 404, "model_not_found", "model", "{\"model\":\"up/\"}" },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Body_that_names_no_usable_model_is_refused(int status, string code, string? param, string body)
    {
        await using MockServer mock = new MockServer(new MockOptions()).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Post(body));

        (await Message.ReadResponseAsync(client)).IsError(status, code, param);

        await IsStillServedAsync(client);
        Assert.Empty(mock.Log);
    }

    [Fact]
    public async Task Model_that_two_providers_list_must_be_told_apart()
    {
        await using MockServer mock = new MockServer(new MockOptions()).Start();
        await using Gateway gateway = await Gateway.StartAsync(Gateway.Settings(Gateway.Provider("one", mock.BoundEndpoint), Gateway.Provider("two", mock.BoundEndpoint)));

        Message response = await gateway.AskAsync(Gateway.Chat("listed"));

        string message = response.IsError(404, "model_not_found", "model").GetProperty("message").GetString()!;
        Assert.Contains("one/listed or two/listed", message, StringComparison.Ordinal);
        Assert.Empty(mock.Log);
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/v1/chat/completions/")]
    [InlineData("/v1/images/../models")]
    [InlineData("/v1/images/%2e%2e/models")]
    [InlineData("/v1/audio//speech")]
    public async Task Unknown_path_is_not_found(string path)
    {
        await using MockServer mock = new MockServer(new MockOptions()).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync($"POST {path} HTTP/1.1\r\nHost: a\r\n\r\n");

        (await Message.ReadResponseAsync(client)).IsError(404, "unknown_path");

        await IsStillServedAsync(client);
        Assert.Empty(mock.Log);
    }

    [Theory]
    [InlineData("GET", "/v1/chat/completions", "POST")]
    [InlineData("DELETE", "/v1/images/generations", "POST")]
    [InlineData("POST", "/v1/models", "GET")]
    [InlineData("PUT", "/v1/models/m", "GET")]
    [InlineData("POST", "/-/health", "GET, HEAD")]
    public async Task Wrong_method_is_told_the_right_one(string method, string path, string allowed)
    {
        await using MockServer mock = new MockServer(new MockOptions()).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock);

        Message response = await gateway.AskAsync(Gateway.Get(path, method: method));

        response.IsError(405, "method_not_allowed");
        Assert.Equal(allowed, response["allow"]);
        Assert.Empty(mock.Log);
    }

    [Fact]
    public async Task Error_that_answers_HEAD_has_no_body()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Get("/nothing", method: "HEAD") + Gateway.Get("/v1/chat/completions", method: "HEAD"));

        Assert.Equal(404, (await Message.ReadResponseAsync(client, bodyless: true)).Status);
        Assert.Equal(405, (await Message.ReadResponseAsync(client, bodyless: true)).Status);
        await IsStillServedAsync(client);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Authorization: Bearer wrong\r\n")]
    [InlineData("Authorization: Basic c2VjcmV0\r\n")]
    [InlineData("Authorization: Bearer \r\n")]
    [InlineData("x-api-key: wrong\r\n")]
    [InlineData("api-key: wrong\r\n")]
    [InlineData("x-goog-api-key: wrong\r\n")]
    public async Task Missing_or_wrong_key_is_refused_before_the_body_is_read(string lines)
    {
        await using MockServer mock = new MockServer(new MockOptions()).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock, gateway: WithClient);

        Message response = await gateway.AskAsync($"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\n{lines}Content-Length: 1000\r\n\r\n");

        response.IsError(401, "invalid_api_key");
        Assert.Equal("Bearer", response["www-authenticate"]);
        Assert.True(response.Closes);
        Assert.Empty(mock.Log);
    }

    [Theory]
    [InlineData("Authorization: Bearer client-key")]
    [InlineData("authorization: bearer client-key")]
    [InlineData("x-api-key: client-key")]
    [InlineData("api-key: client-key")]
    [InlineData("x-goog-api-key: client-key")]
    public async Task Right_key_is_let_in_and_not_passed_on(string line)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, gateway: WithClient);
        Task<Message> asked = gateway.AskAsync(Gateway.Chat(lines: line + "\r\n"));

        (Wire wire, Message request) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(ScriptedUpstream.Json("{}"));

        Assert.Equal(200, (await asked).Status);
        Assert.Equal("Bearer " + Gateway.ProviderKey, request["authorization"]);
        Assert.DoesNotContain(request.Fields, field => field.Value.Contains("client-key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Key_is_checked_for_every_request_of_a_connection()
    {
        await using MockServer mock = new MockServer(new MockOptions()).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock, gateway: WithClient);
        Wire client = await gateway.ConnectAsync();
        foreach ((string key, int status) in new[] { ("client-key", 200), ("client-kez", 401), ("client-key", 200), ("client-ke", 401) })
        {
            await client.SendAsync(Gateway.Get("/v1/models", $"Authorization: Bearer {key}\r\n"));
            Assert.Equal(status, (await Message.ReadResponseAsync(client)).Status);
        }
    }

    [Fact]
    public async Task Health_needs_no_key()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, gateway: WithClient);

        Assert.Equal("{\"status\":\"ok\"}", (await gateway.AskAsync(Gateway.Get("/-/health"))).Text);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("1.5")]
    [InlineData("5s")]
    [InlineData("")]
    [InlineData("99999999999999999999")]
    public async Task Timeout_header_that_is_no_number_is_refused(string value)
    {
        await using MockServer mock = new MockServer(new MockOptions()).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock);

        (await gateway.AskAsync(Gateway.Chat(lines: $"x-fastgate-timeout-ms: {value}\r\n"))).IsError(400, "invalid_request", "x-fastgate-timeout-ms");

        Assert.Empty(mock.Log);
    }

    [Theory]
    [InlineData("multipart/form-data", "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nchat\r\n--b--\r\n", null)]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--b--\r\n", "model")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n\r\n--b--\r\n", "model")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nchat", null)]
    public async Task Form_without_a_usable_model_is_refused(string type, string body, string? param)
    {
        await using MockServer mock = new MockServer(new MockOptions()).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock);

        Message response = await gateway.AskAsync($"POST /v1/audio/transcriptions HTTP/1.1\r\nHost: a\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n{body}");

        response.IsError(400, "invalid_request", param);
        Assert.Empty(mock.Log);
    }

    private static GatewaySettings WithClient(GatewaySettings settings) => settings with
    {
        Clients = [new ClientSettings("someone", [.. SHA256.HashData(Encoding.UTF8.GetBytes("another"))]), new ClientSettings("app", Hash("client-key"))],
    };

    private static ImmutableArray<byte> Hash(string key) => [.. SHA256.HashData(Encoding.UTF8.GetBytes(key))];

    private static async Task IsStillServedAsync(Wire client)
    {
        await client.SendAsync(Gateway.Get("/-/health"));
        Assert.Equal(200, (await Message.ReadResponseAsync(client)).Status);
    }
}
