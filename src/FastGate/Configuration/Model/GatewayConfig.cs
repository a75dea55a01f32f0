using System.Collections.Immutable;
using FastGate.Routing.Health;
using FastGate.Routing.Planning;

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

    /// <summary>Facts about targets, names unique; every provider they name exists.</summary>
    public ImmutableArray<ModelConfig> Models { get; init; } = [];

    /// <summary>What holds for routes that do not say otherwise, and for "provider/model" addressing.</summary>
    public RoutePolicy Defaults { get; init; } = new();

    /// <summary>The routes in the order they were written, names unique.</summary>
    public ImmutableArray<RouteConfig> Routes { get; init; } = [];

    /// <summary>The groups in the order they were written, names unique and none a route's.</summary>
    public ImmutableArray<GroupDefinition> Groups { get; init; } = [];

    /// <summary>The gateway-wide limit on added attempts.</summary>
    public RetryBudgetConfig RetryBudget { get; init; } = new();

    /// <summary>The numbers of the health machine.</summary>
    public HealthSettings Health { get; init; } = HealthSettings.Default;

    /// <summary>The bounds of what is remembered.</summary>
    public StoresConfig Stores { get; init; } = new();

    /// <summary>The target a member of a chain names; null when the part before the first slash is no provider, so that it can only be a group or a route.</summary>
    public TargetName? FindTarget(string name)
    {
        int slash = name.IndexOf('/');
        return slash > 0 && slash < name.Length - 1 && FindProvider(name[..slash]) is not null ? new TargetName(name[..slash], name[(slash + 1)..]) : null;
    }

    /// <summary>The members of the group or route of that name, or null.</summary>
    public IReadOnlyList<MemberDefinition>? FindMembers(string name) =>
        Groups.FirstOrDefault(group => group.Name == name)?.Members ?? Routes.FirstOrDefault(route => route.Name == name)?.Targets;

    /// <summary>The facts about a target; null when nothing is said of it.</summary>
    /// <param name="name"><c>provider/model</c>.</param>
    public ModelConfig? FindModel(string name) => Models.FirstOrDefault(model => model.Name == name);

    /// <summary>Every target that a route, a group or a chain of theirs names, each once, in the order of the file's parts.</summary>
    public IEnumerable<TargetName> NamedTargets() =>
        Routes.SelectMany(route => route.Targets.Concat(route.Policy.Chained()))
            .Concat(Groups.SelectMany(group => group.Members))
            .Concat(Defaults.Chained())
            .Select(member => FindTarget(member.Name))
            .OfType<TargetName>()
            .Distinct();

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
