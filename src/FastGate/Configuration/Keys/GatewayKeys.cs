using System.Collections.Immutable;
using FastGate.Configuration.Reading;
using FastGate.Routing.Planning;

namespace FastGate.Configuration.Keys;

/// <summary>The keys at the top of the configuration.</summary>
internal static class GatewayKeys
{
    public static readonly Section<GatewayConfig> Root = new Section<GatewayConfig>("", "The keys at the top.", new GatewayConfig())
        .Key("listen", new ListShape<ListenConfig>(ListenKeys.Listener.AsShape(), () => new ListenConfig(), allowSingle: true),
            g => g.Listen, (g, v) => g with { Listen = v },
            "Where the data plane listens: one address, one group of keys, or a list of these.", defaultNote: "`127.0.0.1:8080`")
        .Key("tls", new OptionalShape<TlsConfig>(ListenKeys.Tls.AsShape(), () => new TlsConfig()), g => g.Tls, (g, v) => g with { Tls = v },
            "The certificate of every listener that names none of its own.", defaultNote: "none: plain http")
        .Key("admin", new AddressShape(), g => g.Admin, (g, v) => g with { Admin = v },
            "Where the control plane listens: metrics, status, dashboard. Off loopback it needs an `admin_token`.")
        .Key<Secret?>("admin_token", new SecretShape(), g => g.AdminToken, (g, v) => g with { AdminToken = v },
            "What the control plane asks for as `Authorization: Bearer`.", defaultNote: "none: it asks for nothing")
        .Key("server", ServerKeys.Section.AsShape(), g => g.Server, (g, v) => g with { Server = v },
            "Limits and timeouts towards clients.")
        .Key("clients", new ListShape<ClientConfig>(ClientKeys.Section.AsShape(), () => new ClientConfig()), g => g.Clients, (g, v) => g with { Clients = v },
            "Who may call.", defaultNote: "everyone who reaches a listener")
        .Key("providers",
            new NamedShape<ProviderConfig>("provider", ProviderKeys.NamePattern, "lower-case letters, digits, '_' and '-', beginning with a letter or digit",
                ProviderKeys.Section.AsShape(), name => new ProviderConfig { Name = name },
                none: "names no provider; add one, for example openai: { key: \"${OPENAI_API_KEY}\" }"),
            g => g.Providers, (g, v) => g with { Providers = v },
            "The providers, by name.", required: true)
        .Key("models",
            new NamedShape<ModelConfig>("model", ModelKeys.NamePattern, "provider/model, such as openai/gpt-4o", ModelKeys.Section.AsShape(), name => new ModelConfig { Name = name }),
            g => g.Models, (g, v) => g with { Models = v },
            "Facts about targets, by `provider/model`: sizes, prices, quality.", defaultNote: "nothing is known of any")
        .Key("defaults", RouteKeys.Policy.AsShape(), g => g.Defaults, (g, v) => g with { Defaults = v },
            "What holds for every route that does not say otherwise, and for `provider/model` addressing.")
        .Key("routes", RoutesShape, g => g.Routes, (g, v) => g with { Routes = v },
            "The routes, by name.", defaultNote: "none: clients address `provider/model`")
        .Key("groups",
            new NamedShape<GroupDefinition>("group", RouteKeys.NamePattern, RouteKeys.NameRule, RouteKeys.Group.AsShape(), name => new GroupDefinition(name, [])),
            g => g.Groups, (g, v) => g with { Groups = v },
            "Targets under a name, for routes and other groups to use as one target.", defaultNote: "none")
        .Key("retry_budget", HealthKeys.RetryBudget.AsShape(), g => g.RetryBudget, (g, v) => g with { RetryBudget = v },
            "How many attempts may be added to requests, all routes together.")
        .Key("health", HealthKeys.Section.AsShape(), g => g.Health, (g, v) => g with { Health = v },
            "When a target counts as degraded or failed, and how it comes back.")
        .Key("stores", AnswerKeys.Stores.AsShape(), g => g.Stores, (g, v) => g with { Stores = v },
            "The bounds of what is remembered of answers, all routes together.")
        .Later(new LaterKey("telemetry", "remove it"))
        .Completed(Consistency.Check);

    /// <summary>What the schema describes once for many keys.</summary>
    public static readonly ImmutableArray<ISharedShape> Shared = [MemberKeys.Member, ClassActionKeys.Action];

    // A route starts from the defaults, which stand above it in the table and so are read before it.
    private static NamedShape<RouteConfig> RoutesShape(GatewayConfig gateway) => new(
        "route", RouteKeys.NamePattern, RouteKeys.NameRule,
        RouteKeys.Section.AsShape(), name => new RouteConfig { Name = name, Policy = gateway.Defaults });
}
