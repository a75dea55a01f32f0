using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastGate.Configuration;
using FastGate.Providers.Presets;
using FastGate.Proxy.Idempotency;
using FastGate.Proxy.Model;
using FastGate.Proxy.Server;
using FastGate.Proxy.Transports;
using FastGate.Proxy.Upstream;
using FastGate.Routing.Conditions;
using FastGate.Routing.Strategies;

namespace FastGate.Composition;

/// <summary>Turns a checked configuration into what the data plane takes.</summary>
internal static class SettingsMapping
{
    public static GatewaySettings ToSettings(this GatewayConfig config) => new()
    {
        Limits = new ServerLimits
        {
            MaxBody = config.Server.MaxBody,
            MaxHead = config.Server.MaxHead,
            HeadTimeout = config.Server.HeadTimeout,
            BodyTimeout = config.Server.BodyTimeout,
            IdleTimeout = config.Server.IdleTimeout,
            DrainTimeout = config.Server.DrainTimeout,
            MaxConnections = config.Server.MaxConnections,
            MaxDetached = config.Server.MaxDetached,
            ReplayMemory = config.Server.ReplayMemory,
        },
        Transport = new TransportSettings(config.Server.Transport, config.Server.Workers),
        Clients = [.. config.Clients.Select(client => new ClientSettings(client.Name, client.KeySha256))],
        Providers = [.. config.Providers.Select(ToSettings)],
        Routes = [.. config.Routes.Select(route => route.ToDefinition())],
        Sticky = config.Routes.Where(route => route.Policy.Strategy == StrategyKind.Sticky).ToImmutableDictionary(route => route.Name, route => StickyFact(route.Policy.Sticky)),
        Groups = config.Groups,
        DirectRoute = config.Defaults.ToDefinition("direct", []),
        Streams = config.Routes.ToImmutableDictionary(route => route.Name, route => ToSettings(route.Policy.Stream)),
        DirectStreams = ToSettings(config.Defaults.Stream),
        Models = config.Models.ToImmutableDictionary(model => model.Name, model => new TargetFacts(model.MaxInputTokens, model.InputCost, model.OutputCost, model.Quality) { Prefill = model.Prefill }),
        Health = config.Health,
        Answers = config.Routes.ToImmutableDictionary(route => route.Name, route => ToAnswerPolicy(route.Policy)),
        DirectAnswers = ToAnswerPolicy(config.Defaults),
        Stores = new StoreSettings
        {
            Idempotency = new IdempotencyLimits(config.Stores.Idempotency.Entries, config.Stores.Idempotency.Bytes, config.Stores.Idempotency.Answer),
            AnswerBytes = config.Stores.Answers.Bytes,
            AnswerPath = config.Stores.Answers.Path,
            AnswerDiskBytes = config.Stores.Answers.DiskBytes,
        },
        RetryShare = config.RetryBudget.Share,
        RetriesPerSecond = config.RetryBudget.MinimumPerSecond,
    };

    /// <summary>The addresses to listen on, their certificates loaded.</summary>
    /// <exception cref="IOException">A certificate or its key cannot be used; the message names the files.</exception>
    public static IReadOnlyList<ListenSettings> ToListeners(this GatewayConfig config) => [.. config.Listen.Select(ToListener)];

    private static ListenSettings ToListener(ListenConfig listen)
    {
        if (listen.Tls is null)
        {
            return new ListenSettings(listen.Address.ToEndPoint());
        }

        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(listen.Tls.Cert);
            return new ListenSettings(listen.Address.ToEndPoint(), X509Certificate2.CreateFromPemFile(listen.Tls.Cert, listen.Tls.Key), chain);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new IOException($"the certificate {listen.Tls.Cert} with the key {listen.Tls.Key} cannot be used: {e.Message}");
        }
    }

    private static StreamSettings ToSettings(StreamConfig stream) =>
        new() { Continue = stream.Continue, Resume = stream.Resume, Ring = stream.Ring, Retain = stream.Retain };

    private static AnswerPolicy ToAnswerPolicy(RoutePolicy policy) => new()
    {
        IdempotencyTtl = policy.Idempotency.Ttl,
        IdempotencyAuto = policy.Idempotency.Auto,
        CacheTtl = policy.Cache.Ttl,
        StaleLimit = policy.LastResort.Cache,
        Manual = policy.LastResort.Manual is { } manual ? new ManualAnswer(manual.Status, manual.Content) : null,
        Webhook = policy.LastResort.Webhook is { } webhook ? new WebhookSettings(webhook.Url, webhook.Timeout, webhook.Key?.Reveal(), webhook.IncludeRequest) : null,
    };

    private static FactPath StickyFact(string text) =>
        FactPath.TryParse(text, out FactPath? path, out string problem) ? path! : throw new ArgumentException(problem, nameof(text));

    // A provider of the general kind is known by its address.
    private static PrefixStyle PrefixOf(ProviderConfig provider)
    {
        ProviderPreset? preset = ProviderPresets.AtHostOf(provider.BaseUrl);
        return preset is null && !ProviderPresets.TryGet(provider.Kind, out preset) ? PrefixStyle.None : preset.Prefix;
    }

    private static ProviderSettings ToSettings(ProviderConfig provider) => new(provider.Name, provider.BaseUrl)
    {
        Keys = provider.Keys.IsEmpty ? [new ProviderKeySettings(null, 1)] : [.. provider.Keys.Select(key => new ProviderKeySettings(key.Value.Reveal(), key.Weight))],
        Headers = [.. provider.Headers.Select(header => KeyValuePair.Create(header.Name, header.Value.Reveal()))],
        Models = provider.Models,
        Endpoints = provider.Endpoints,
        Prefix = PrefixOf(provider),
        Timeouts = new UpstreamTimeouts(
            provider.Timeouts.Connect, provider.Timeouts.FirstByte, provider.Timeouts.FirstToken,
            provider.Timeouts.Stall, provider.Timeouts.Total),
        Pool = new PoolLimits(provider.Pool.MaxConnections, provider.Pool.Idle, provider.Pool.Lifetime),
        Probe = new ProbeSettings(provider.Probe.Interval, provider.Probe.Timeout, provider.Probe.Model),
        Tls = new UpstreamTls(provider.Tls.Ca, provider.Tls.ServerName, provider.Tls.InsecureSkipVerify),
    };
}
