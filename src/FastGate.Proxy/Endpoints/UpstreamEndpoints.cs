using System.Collections.Immutable;

namespace FastGate.Proxy.Endpoints;

/// <summary>The endpoints a provider may have, by the names that configurations use.</summary>
public static class UpstreamEndpoints
{
    /// <summary>The one that probes with a model ask.</summary>
    public static string Chat => EndpointTable.Chat.Name;

    /// <summary>Every name, in the order of the endpoint table.</summary>
    public static ImmutableArray<string> Names { get; } = [.. Rows.Select(endpoint => endpoint.Name)];

    private static IEnumerable<Endpoint> Rows => EndpointTable.All.Where(endpoint => endpoint.Kind == EndpointKind.Upstream);

    /// <summary>Some of them as the bits of what a target offers; all where none is named.</summary>
    internal static uint Offers(ImmutableArray<string> names) =>
        names.IsEmpty ? uint.MaxValue : Rows.Where(endpoint => names.Contains(endpoint.Name)).Aggregate(0u, (offers, endpoint) => offers | endpoint.Offer);
}
