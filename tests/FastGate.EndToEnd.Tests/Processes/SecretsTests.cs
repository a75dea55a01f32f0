using FastGate.EndToEnd.Tests.Harness;

namespace FastGate.EndToEnd.Tests.Processes;

/// <summary>Keys stay where they belong; every test that ends a gateway checks its output as well.</summary>
public sealed class SecretsTests
{
    [Fact]
    public async Task No_answer_and_no_line_of_output_holds_a_key()
    {
        // Everything that goes wrong at a provider, with the most that is ever logged.
        await using var provider = new MockProvider.MockServer(new MockProvider.MockOptions { RequiredKey = Secrets.ProviderKey });
        provider.Start();
        await using Gateway gateway = await Gateway.ServeAsync(
            $$"""
            admin_token: {{Secrets.AdminToken}}
            clients: [{ name: app, key: "{{Secrets.ClientKey}}" }]
            providers:
              mock: { base_url: "http://{{provider.BoundEndpoint}}/v1", key: "{{Secrets.ProviderKey}}", timeouts: { first_byte: 300ms, stall: 300ms } }
              down: { base_url: "http://127.0.0.1:1/v1", key: "{{Secrets.ProviderKey}}" }
              wrong-key: { base_url: "http://{{provider.BoundEndpoint}}/v1", key: "{{Secrets.ProviderKey}}-not" }
            """,
            environment: new Dictionary<string, string> { ["FASTGATE_LOG"] = "trace" });

        foreach (string model in (string[])["mock/error-500", "mock/rate-limit", "mock/bad-key", "mock/reset", "mock/silent", "mock/cut-stream", "mock/malformed-event",
            "mock/nothing-like-it", "down/ok", "wrong-key/ok", "nobody/ok"])
        {
            foreach (bool stream in (bool[])[false, true])
            {
                using HttpResponseMessage response = await gateway.Client.AskAsync(Chat.Body(model, stream: stream));
                Secrets.AssertNoneIn(response.Headers.ToString());
                Secrets.AssertNoneIn(await BodyAsync(response));
            }
        }

        // What was wrong about the file is said without quoting it.
        gateway.Rewrite($$"""providers: { mock: { key: "{{Secrets.ProviderKey}}", weight: "{{Secrets.ProviderKey}}" } }""");
        gateway.Process.Signal(ChildProcess.HangUp);
        await gateway.LoggedAsync("stays in force");

        await gateway.StopAsync();
    }

    [Fact]
    public async Task Keys_of_clients_do_not_reach_the_provider()
    {
        await using GatewayPair pair = await GatewayPair.StartAsync($$"""clients: [{ name: app, key: "{{Secrets.ClientKey}}" }]""");
        pair.Gateway.Client.DefaultRequestHeaders.Add("x-api-key", Secrets.ClientKey);

        await pair.Gateway.Client.TextAsync("mock/ok");

        MockProvider.MockCall call = Assert.Single(pair.Provider.Log, call => call.Method == "POST");
        Assert.DoesNotContain(call.Headers, header => header.Key.Equals("x-api-key", StringComparison.OrdinalIgnoreCase));
        Assert.EndsWith(Secrets.ProviderKey[^4..], Assert.Single(call.Headers, header => header.Key.Equals("authorization", StringComparison.OrdinalIgnoreCase)).Value, StringComparison.Ordinal);
    }

    // A cut answer breaks off; what came before is looked at.
    private static async Task<string> BodyAsync(HttpResponseMessage response)
    {
        var body = new MemoryStream();
        try
        {
            await response.Content.CopyToAsync(body);
        }
        catch (HttpRequestException)
        {
        }

        return System.Text.Encoding.UTF8.GetString(body.ToArray());
    }
}
