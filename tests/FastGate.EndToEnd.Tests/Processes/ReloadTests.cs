using System.Net;
using System.Text.Json;
using FastGate.EndToEnd.Tests.Harness;

namespace FastGate.EndToEnd.Tests.Processes;

public sealed class ReloadTests
{
    private const string Loaded = "loaded, in force for new requests";

    // "route" leads to a healthy model, then to one that fails.
    private const string Before = "routes: { route: { targets: [mock/ok] } }";
    private const string After = "routes: { route: { targets: [mock/error-503] } }";
    private const string Wrong = "routes: { route: { targets: [nobody/ok] } }";

    [Fact]
    public async Task Changed_file_is_loaded()
    {
        await using GatewayPair pair = await GatewayPair.StartAsync(Before);
        Assert.Equal("hello", await pair.Gateway.Client.TextAsync("route"));

        pair.Gateway.Rewrite(pair.Configuration(After));
        await pair.Gateway.LoggedAsync(Loaded);

        (int status, _, _) = await pair.Gateway.Client.ErrorAsync("route");
        Assert.Equal(503, status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Hang_up_loads_what_the_environment_and_files_say_now(bool underNohup)
    {
        await using var provider = new MockProvider.MockServer(new MockProvider.MockOptions { RequiredKey = Secrets.ProviderKey });
        provider.Start();
        using var folder = new TemporaryFolder();
        using var secrets = new TemporaryFolder();
        string secret = secrets.Write("key", "not-yet-the-key");
        await using Gateway gateway = await Gateway.ServeAsync(
            $$"""providers: { mock: { base_url: "http://{{provider.BoundEndpoint}}/v1", key: "${file:{{secret}}}", models: [ok] } }""", folder, underNohup: underNohup);
        Assert.Equal(401, (await gateway.Client.ErrorAsync("mock/ok")).Status);

        // The configuration's own file stays as it is: only the signal makes it be read again.
        secrets.Replace("key", Secrets.ProviderKey);
        gateway.Process.Signal(ChildProcess.HangUp);
        await gateway.LoggedAsync(Loaded);

        Assert.Equal("hello", await gateway.Client.TextAsync("mock/ok"));
    }

    [Fact]
    public async Task Reload_over_the_control_plane_swaps_routes_and_answers_when_it_is_done()
    {
        await using GatewayPair pair = await GatewayPair.StartAsync(Before);
        pair.Gateway.Rewrite(pair.Configuration(After));

        (HttpStatusCode status, JsonElement answer) = await ReloadAsync(pair.Gateway);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.True(answer.GetProperty("reloaded").GetBoolean());
        Assert.Equal(503, (await pair.Gateway.Client.ErrorAsync("route")).Status);
    }

    [Fact]
    public async Task Invalid_configuration_leaves_the_old_one_in_force()
    {
        await using GatewayPair pair = await GatewayPair.StartAsync(Before);
        pair.Gateway.Rewrite(pair.Configuration(Wrong));

        (HttpStatusCode status, JsonElement answer) = await ReloadAsync(pair.Gateway);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.False(answer.GetProperty("reloaded").GetBoolean());
        Assert.Contains($"{Gateway.ConfigurationFile}:3:", answer.GetProperty("errors")[0].GetString(), StringComparison.Ordinal);
        await pair.Gateway.LoggedAsync("the configuration loaded before stays in force");
        Assert.Equal("hello", await pair.Gateway.Client.TextAsync("route"));
    }

    [Fact]
    public async Task Stream_under_way_is_not_disturbed()
    {
        await using GatewayPair pair = await GatewayPair.StartAsync(Before);
        using HttpResponseMessage response = await pair.Gateway.Client.AskAsync(
            Chat.Body("route", stream: true, metadata: """{"mock_tokens":"20","mock_token_interval_ms":"50"}"""));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        await reader.ReadLineAsync();

        // Not even when its provider is gone from the configuration.
        pair.Gateway.Rewrite("providers: { other: { base_url: 'http://127.0.0.1:1/v1', models: [m] } }");
        (HttpStatusCode status, _) = await ReloadAsync(pair.Gateway);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.EndsWith("data: [DONE]\n\n", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(404, (await pair.Gateway.Client.ErrorAsync("route")).Status);
    }

    private static async Task<(HttpStatusCode Status, JsonElement Answer)> ReloadAsync(Gateway gateway)
    {
        using HttpResponseMessage response = await gateway.Admin.PostAsync("/-/reload", null);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return (response.StatusCode, json.RootElement.Clone());
    }
}
