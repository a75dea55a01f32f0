using System.Collections.Immutable;

namespace FastGate.Proxy.Model;

/// <summary>What a configuration says to the data plane. It is checked before it gets here; a target names one of the providers.</summary>
public sealed record GatewaySettings
{
    /// <summary>Bounds on clients.</summary>
    public ServerLimits Limits { get; init; } = new();

    /// <summary>The providers, in the order of the configuration.</summary>
    public required ImmutableArray<ProviderSettings> Providers { get; init; }

    /// <summary>The routes, in the order of the configuration.</summary>
    public ImmutableArray<RouteSettings> Routes { get; init; } = [];

    /// <summary>Who may call; empty: everyone.</summary>
    public ImmutableArray<ClientSettings> Clients { get; init; } = [];

    /// <summary>Deadline of requests that name a provider's model directly.</summary>
    public TimeSpan DefaultDeadline { get; init; } = TimeSpan.FromSeconds(60);
}
