using System.Collections.Immutable;
using FastGate.Proxy.Transports;
using FastGate.Routing.Conditions;
using FastGate.Routing.Health;
using FastGate.Routing.Planning;

namespace FastGate.Proxy.Model;

/// <summary>What a configuration says to the data plane. It is checked before it gets here: every name leads somewhere.</summary>
public sealed record GatewaySettings
{
    /// <summary>Bounds on clients.</summary>
    public ServerLimits Limits { get; init; } = new();

    /// <summary>The providers, in the order of the configuration.</summary>
    public required ImmutableArray<ProviderSettings> Providers { get; init; }

    /// <summary>The routes, in the order of the configuration.</summary>
    public ImmutableArray<RouteDefinition> Routes { get; init; } = [];

    /// <summary>Named groups that routes may have as members.</summary>
    public ImmutableArray<GroupDefinition> Groups { get; init; } = [];

    /// <summary>How requests are treated that name a provider's model directly. Its name and members do not count.</summary>
    public RouteDefinition DirectRoute { get; init; } = new("direct", []);

    /// <summary>What is known of models, by <c>provider/model</c>.</summary>
    public ImmutableDictionary<string, TargetFacts> Models { get; init; } = ImmutableDictionary<string, TargetFacts>.Empty;

    /// <summary>The numbers of the health machine.</summary>
    public HealthSettings Health { get; init; } = HealthSettings.Default;

    /// <summary>Which fact holds the requests of a sticky route together, by the route's name.</summary>
    public ImmutableDictionary<string, FactPath> Sticky { get; init; } = ImmutableDictionary<string, FactPath>.Empty;

    /// <summary>How the streams of a route are treated, by the route's name; where one is missing, <see cref="StreamSettings.Default"/>.</summary>
    public ImmutableDictionary<string, StreamSettings> Streams { get; init; } = ImmutableDictionary<string, StreamSettings>.Empty;

    /// <summary>How the streams of requests are treated that name a provider's model directly.</summary>
    public StreamSettings DirectStreams { get; init; } = StreamSettings.Default;

    /// <summary>What routes do with answers that were given before, by the route's name; routes not named do as <see cref="DirectAnswers"/> says.</summary>
    public ImmutableDictionary<string, AnswerPolicy> Answers { get; init; } = ImmutableDictionary<string, AnswerPolicy>.Empty;

    /// <summary>The same for requests that name a provider's model directly.</summary>
    public AnswerPolicy DirectAnswers { get; init; } = AnswerPolicy.Default;

    /// <summary>The bounds of what is kept.</summary>
    public StoreSettings Stores { get; init; } = new();

    /// <summary>Retries, as a share of recent requests; read at start only.</summary>
    public double RetryShare { get; init; } = 0.2;

    /// <summary>Retries that are always allowed in a second; read at start only.</summary>
    public int RetriesPerSecond { get; init; } = 10;

    /// <summary>What carries connections; read at start only.</summary>
    public TransportSettings Transport { get; init; } = new();

    /// <summary>Who may call; empty: everyone.</summary>
    public ImmutableArray<ClientSettings> Clients { get; init; } = [];
}
