using FastGate.EndToEnd.Tests.Harness;
using FastGate.MockProvider;

namespace FastGate.EndToEnd.Tests.Sdks;

/// <summary>A gateway with a route for each way in which a stream can break, in front of scripted providers.</summary>
public sealed class SurvivingClients : IAsyncLifetime
{
    /// <summary>The routes whose answers are whole whatever happens; <c>clients/scenarios/shared.mjs</c> has the same list.</summary>
    public static readonly string[] Surviving = ["cut", "stall", "no-done", "malformed", "sliced", "refusing", "restarting", "twice", "hedged"];

    /// <summary>The same for streams of the Responses API, which are not whole without their last event.</summary>
    public static readonly string[] SurvivingResponses = [.. Surviving.Where(route => route != "no-done")];

    // A provider of its own for each route: what one route does to a target's health is no matter to another.
    private static readonly string[] Routes = [.. Surviving, "late", "alone", "off", "whole"];

    private readonly MockServer _provider = new(new MockOptions { RequiredKey = Secrets.ProviderKey, LogCapacity = 10_000 });
    private readonly Dictionary<string, Task<NodeRun>> _runs = [];
    private Gateway? _gateway;

    public Uri BaseUrl => new(_gateway!.Address, "/v1");

    public async Task InitializeAsync()
    {
        _provider.Start();
        string providers = string.Join('\n', Routes.SelectMany(route => new[] { $"{route}-1", $"{route}-2", $"{route}-3" }).Select(name =>
            $"  {name}: {{ base_url: \"http://{_provider.BoundEndpoint}/v1\", key: \"{Secrets.ProviderKey}\", probe: {{ interval: 0 }}, timeouts: {{ stall: 1s }} }}"));
        _gateway = await Gateway.ServeAsync($$"""
            clients: [{ name: e2e, key: "{{Secrets.ClientKey}}" }]
            health: { minimum_samples: 1000000, consecutive_failures: 1000000 }
            providers:
            {{providers}}
            routes:
              whole: { targets: [whole-1/ok] }
              cut: { targets: [cut-1/cut-stream, cut-2/ok] }
              stall: { targets: [stall-1/stall-stream, stall-2/ok] }
              no-done: { targets: [no-done-1/no-done] }
              malformed: { targets: [malformed-1/malformed-event] }
              sliced: { targets: [sliced-1/sliced] }
              refusing: { targets: [refusing-1/cut-stream, refusing-2/no-prefill] }
              restarting: { targets: [restarting-1/cut-stream, restarting-2/continue-all] }
              twice: { targets: [twice-1/cut-stream, twice-2/cut-stream, twice-3/ok] }
              hedged: { targets: [hedged-1/slow-first-token, hedged-2/ok], hedge_after: 200ms }
              late: { targets: [late-1/error-500, late-2/ok], retry: { attempts: 0 } }
              alone: { targets: [alone-1/cut-stream], stream: { continue: auto } }
              off: { targets: [off-1/cut-stream, off-2/ok], stream: { continue: off } }
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

    /// <summary>All scenarios of a file in one process, run when the first of them is asked for.</summary>
    public Task<NodeRun> RunAsync(string library)
    {
        lock (_runs)
        {
            if (!_runs.TryGetValue(library, out Task<NodeRun>? run))
            {
                run = NodeRun.StartAsync("survival-" + library, BaseUrl, Secrets.ClientKey, "");
                _runs.Add(library, run);
            }

            return run;
        }
    }
}
