using System.Collections.Immutable;
using FastGate.Proxy.Clients;
using FastGate.Proxy.Lookup;

namespace FastGate.Proxy.Model;

/// <summary>
/// All that a request reads of the configuration. Immutable; a reload makes a new one and swaps the reference, and a request keeps
/// the one it began with.
/// </summary>
internal sealed class GatewaySnapshot
{
    internal required ServerLimits Limits { get; init; }

    internal required ClientTable Clients { get; init; }

    internal required ImmutableArray<Provider> Providers { get; init; }

    /// <summary>What is done with earlier answers to requests that name a provider's model directly.</summary>
    internal required AnswerPolicy DirectAnswers { get; init; }

    internal required ImmutableArray<Route> Routes { get; init; }

    /// <summary>How the streams of requests are treated that name a provider's model directly.</summary>
    internal required StreamSettings DirectStreams { get; init; }

    internal required Utf8Table<Provider> ProvidersByName { get; init; }

    internal required Utf8Table<Route> RoutesByName { get; init; }
}
