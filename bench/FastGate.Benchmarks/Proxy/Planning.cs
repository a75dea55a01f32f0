using FastGate.Routing.Planning;
using BenchmarkDotNet.Attributes;
using FastGate.Benchmarks.Embedded;
using FastGate.Proxy.Catalog;
using FastGate.Proxy.Model;
using FastGate.Proxy.Planning;

namespace FastGate.Benchmarks.Proxy;

/// <summary>From a model's name to its provider, among 10 providers and 50 routes.</summary>
public class Planning
{
    private readonly GatewaySnapshot _snapshot = EmbeddedGateway.Snapshot(
        new GatewaySettings
        {
            Providers = [.. Enumerable.Range(0, 10).Select(i => new ProviderSettings($"provider{i}", new Uri($"http://provider{i}.invalid/v1")))],
            Routes = [.. Enumerable.Range(0, 50).Select(i => new RouteDefinition($"route{i}", [new MemberDefinition($"provider{i % 10}/gpt-4o-mini")]))],
        });

    [Benchmark]
    public int Destination_by_route() => Find("route37"u8);

    [Benchmark]
    public int Destination_by_provider_and_model() => Find("provider7/gpt-4o-mini"u8);

    private int Find(ReadOnlySpan<byte> model) =>
        DestinationFinder.TryFind(_snapshot, CatalogView.Empty, model, out Destination destination) ? destination.Plan.Name.Length : throw new InvalidOperationException();
}
