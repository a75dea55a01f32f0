using System.Collections.Immutable;

namespace FastGate.Configuration;

/// <summary>The whole configuration, checked: every name it refers to exists and every value is within its range. What is not written has its default.</summary>
internal sealed record GatewayConfig
{
    /// <summary>Where the data plane listens; at least one.</summary>
    public ImmutableArray<ListenConfig> Listen { get; init; } = [new ListenConfig { Address = new Address("127.0.0.1", 8080) }];

    /// <summary>The certificate of listeners that name none. Already copied into <see cref="Listen"/>.</summary>
    public TlsConfig? Tls { get; init; }

    /// <summary>Where the control plane listens.</summary>
    public Address Admin { get; init; } = new("127.0.0.1", 9090);

    /// <summary>What the control plane asks for; never null when <see cref="Admin"/> is off loopback.</summary>
    public Secret? AdminToken { get; init; }

    /// <summary>Limits and timeouts towards clients.</summary>
    public ServerConfig Server { get; init; } = new();

    /// <summary>Who may call; empty: everyone who reaches the listener.</summary>
    public ImmutableArray<ClientConfig> Clients { get; init; } = [];

    /// <summary>The providers in the order they were written, names unique; at least one.</summary>
    public ImmutableArray<ProviderConfig> Providers { get; init; } = [];

    /// <summary>What holds for routes that do not say otherwise, and for "provider/model" addressing.</summary>
    public RoutePolicy Defaults { get; init; } = new();

    /// <summary>The routes in the order they were written, names unique.</summary>
    public ImmutableArray<RouteConfig> Routes { get; init; } = [];

    /// <summary>The provider of that name, or null.</summary>
    public ProviderConfig? FindProvider(string name)
    {
        foreach (ProviderConfig provider in Providers)
        {
            if (provider.Name == name)
            {
                return provider;
            }
        }

        return null;
    }
}
