using FastGate.EndToEnd.Tests.Harness;
using FastGate.MockProvider;

namespace FastGate.EndToEnd.Tests.Sdks;

/// <summary>Where a client is pointed.</summary>
public enum Way
{
    /// <summary>At the gateway in front of the provider.</summary>
    Gateway,

    /// <summary>At the scripted provider itself, which is as strict as the real one: the control.</summary>
    Direct,
}

/// <summary>A scripted provider and a gateway in front of it, for all tests of client libraries.</summary>
public sealed class ClientsUnderTest : IAsyncLifetime
{
    public const string ModelWithSlash = "team/large";

    private readonly MockServer _provider = new(new MockOptions { RequiredKey = Secrets.ProviderKey, Models = [ModelWithSlash], LogCapacity = 10_000 });
    private readonly Dictionary<(string Library, Way Way), Task<NodeRun>> _runs = [];
    private Gateway? _gateway;

    /// <summary>The calls the provider saw.</summary>
    public MockServer Provider => _provider;

    public async Task InitializeAsync()
    {
        _provider.Start();
        _gateway = await Gateway.ServeAsync($$"""
            server: { max_body: 16MiB }
            clients: [{ name: e2e, key: "{{Secrets.ClientKey}}" }]
            providers:
              mock: { base_url: "http://{{_provider.BoundEndpoint}}/v1", key: "{{Secrets.ProviderKey}}" }
            routes:
              chat: { targets: [mock/ok] }
            """);
    }

    public async Task DisposeAsync()
    {
        try
        {
            await _gateway!.DisposeAsync();
        }
        finally
        {
            await _provider.DisposeAsync();
        }
    }

    /// <summary>Where a client is pointed, up to and with <c>/v1</c>.</summary>
    public Uri BaseUrl(Way way) => way == Way.Gateway ? new Uri(_gateway!.Address, "/v1") : new Uri($"http://{_provider.BoundEndpoint}/v1");

    public string Key(Way way) => way == Way.Gateway ? Secrets.ClientKey : Secrets.ProviderKey;

    /// <summary>What stands before a model's name.</summary>
    public string Prefix(Way way) => way == Way.Gateway ? "mock/" : "";

    /// <summary>All scenarios of a library in one process, run when the first of them is asked for.</summary>
    public Task<NodeRun> RunAsync(string library, Way way)
    {
        lock (_runs)
        {
            if (!_runs.TryGetValue((library, way), out Task<NodeRun>? run))
            {
                run = NodeRun.StartAsync(library, BaseUrl(way), Key(way), Prefix(way));
                _runs.Add((library, way), run);
            }

            return run;
        }
    }
}

/// <summary>The tests of client libraries share one gateway, as real clients do.</summary>
[CollectionDefinition(Name)]
public sealed class ClientLibraries : ICollectionFixture<ClientsUnderTest>
{
    public const string Name = "client libraries";
}
