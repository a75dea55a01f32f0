using System.Text.Json;
using FastGate.MockProvider;
using FastGate.Proxy.Tests.Harness;

namespace FastGate.Proxy.Tests.Catalog;

public sealed class ModelsEndpointTests
{
    [Fact]
    public async Task Routes_come_first_then_what_the_providers_have()
    {
        await using MockServer mock = new MockServer(new MockOptions { Models = ["told-1", "told-2"] }).Start();
        await using Gateway gateway = await Gateway.StartAsync(
            Gateway.Settings(Gateway.Provider("listing", mock.BoundEndpoint), Gateway.Provider("asked", mock.BoundEndpoint, provider => provider with { Models = [] })));

        JsonElement list = (await gateway.AskAsync(Gateway.Get("/v1/models"))).Json;

        Assert.Equal("list", list.GetProperty("object").GetString());
        string[] ids = [.. list.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()!)];
        Assert.Equal(["chat", "listing/m", "listing/listed", "asked/told-1", "asked/told-2"], ids.Take(5));
        Assert.All(list.GetProperty("data").EnumerateArray(), model => Assert.Equal("model", model.GetProperty("object").GetString()));
        Assert.Equal("Bearer ****7777", mock.Log.First().Headers.Single(header => header.Key.Equals("authorization", StringComparison.OrdinalIgnoreCase)).Value);
    }

    [Theory]
    [InlineData("chat", "chat", "fastgate")]
    [InlineData("listed", "listed", "up")]
    [InlineData("up/listed", "up/listed", "up")]
    [InlineData("up%2Flisted", "up/listed", "up")]
    [InlineData("%75p/l%69sted", "up/listed", "up")]
    public async Task Model_is_found_by_its_name_however_it_is_encoded(string path, string id, string owner)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);

        JsonElement model = (await gateway.AskAsync(Gateway.Get("/v1/models/" + path))).Json;

        Assert.Equal(id, model.GetProperty("id").GetString());
        Assert.Equal(owner, model.GetProperty("owned_by").GetString());
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("up/unlisted")]
    [InlineData("%00%ff")]
    public async Task Unknown_model_is_not_found(string path)
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);

        (await gateway.AskAsync(Gateway.Get("/v1/models/" + path))).IsError(404, "model_not_found", "model");
    }

    [Fact]
    public async Task Bare_name_that_a_provider_told_is_routed_there()
    {
        await using MockServer mock = new MockServer(new MockOptions { Models = ["told"] }).Start();
        await using Gateway gateway = await Gateway.StartAsync(mock, provider => provider with { Models = [] });

        Message response = await gateway.AskAsync(Gateway.Chat("told"));

        Assert.Equal(200, response.Status);
        Assert.Equal("up/told", response["x-fastgate-target"]);
    }

    [Fact]
    public async Task Provider_that_tells_nothing_is_reachable_by_its_name_all_the_same()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream, provider => provider with { Models = [] });
        (Wire asked, Message request) = await upstream.AcceptRequestAsync();
        Assert.Equal("GET /v1/models HTTP/1.1", request.StartLine);
        await asked.SendAsync(ScriptedUpstream.Json("{\"error\":{}}", "403 Forbidden"));
        asked.Dispose();

        Task<Message> response = gateway.AskAsync(Gateway.Chat("up/anything"));
        (Wire wire, _) = await upstream.AcceptRequestAsync();
        await wire.SendAsync(ScriptedUpstream.Json("{}"));
        Assert.Equal(200, (await response).Status);
        Message missing = await gateway.AskAsync(Gateway.Chat("anything"));
        Assert.Contains("up did not list any models", missing.IsError(404, "model_not_found", "model").GetProperty("message").GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_of_health_has_no_body()
    {
        using var upstream = new ScriptedUpstream();
        await using Gateway gateway = await Gateway.StartAsync(upstream);
        Wire client = await gateway.ConnectAsync();
        await client.SendAsync(Gateway.Get("/-/health", method: "HEAD") + Gateway.Get("/-/health"));
        Message head = await Message.ReadResponseAsync(client, bodyless: true);
        Message whole = await Message.ReadResponseAsync(client);

        Assert.Equal(200, head.Status);
        Assert.Equal(head["content-length"], whole["content-length"]);
        Assert.Equal("{\"status\":\"ok\"}", whole.Text);
    }
}
