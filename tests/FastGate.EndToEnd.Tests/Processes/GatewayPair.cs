using FastGate.EndToEnd.Tests.Harness;
using FastGate.MockProvider;

namespace FastGate.EndToEnd.Tests.Processes;

/// <summary>A scripted provider and a gateway of a test's own.</summary>
internal sealed class GatewayPair : IAsyncDisposable
{
    private GatewayPair(MockServer provider, Gateway gateway)
    {
        Provider = provider;
        Gateway = gateway;
    }

    public MockServer Provider { get; }

    public Gateway Gateway { get; }

    /// <summary>Starts both.</summary>
    /// <param name="more">YAML beside the provider <c>mock</c>.</param>
    /// <param name="options">How the provider behaves.</param>
    public static async Task<GatewayPair> StartAsync(string more = "", MockOptions? options = null)
    {
        var provider = new MockServer((options ?? new MockOptions()) with { RequiredKey = Secrets.ProviderKey });
        provider.Start();
        try
        {
            return new GatewayPair(provider, await Gateway.ServeAsync(Configuration(provider, more)));
        }
        catch
        {
            await provider.DisposeAsync();
            throw;
        }
    }

    /// <summary>The configuration with something else beside the provider.</summary>
    public string Configuration(string more) => Configuration(Provider, more);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Gateway.DisposeAsync();
        }
        finally
        {
            await Provider.DisposeAsync();
        }
    }

    private static string Configuration(MockServer provider, string more) => $$"""
        providers:
          mock: { base_url: "http://{{provider.BoundEndpoint}}/v1", key: "{{Secrets.ProviderKey}}" }
        {{more}}
        """;
}
