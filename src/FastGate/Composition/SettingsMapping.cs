using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FastGate.Configuration;
using FastGate.Proxy.Model;
using FastGate.Proxy.Server;
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
        },
        Clients = [.. config.Clients.Select(client => new ClientSettings(client.Name, client.KeySha256))],
        Providers = [.. config.Providers.Select(ToSettings)],
        Routes = [.. config.Routes.Select(route => route.ToDefinition())],
        Sticky = config.Routes.Where(route => route.Policy.Strategy == StrategyKind.Sticky).ToImmutableDictionary(route => route.Name, route => StickyFact(route.Policy.Sticky)),
        Groups = config.Groups,
        DirectRoute = config.Defaults.ToDefinition("direct", []),
        Models = config.Models.ToImmutableDictionary(model => model.Name, model => new TargetFacts(model.MaxInputTokens, model.InputCost, model.OutputCost, model.Quality)),
        Health = config.Health,
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
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new IOException($"the certificate {listen.Tls.Cert} with the key {listen.Tls.Key} cannot be used: {e.Message}");
        }
    }

    private static FactPath StickyFact(string text) =>
        FactPath.TryParse(text, out FactPath? path, out string problem) ? path! : throw new ArgumentException(problem, nameof(text));

    private static ProviderSettings ToSettings(ProviderConfig provider) => new(provider.Name, provider.BaseUrl)
    {
        Keys = provider.Keys.IsEmpty ? [new ProviderKeySettings(null, 1)] : [.. provider.Keys.Select(key => new ProviderKeySettings(key.Value.Reveal(), key.Weight))],
        Headers = [.. provider.Headers.Select(header => KeyValuePair.Create(header.Name, header.Value.Reveal()))],
        Models = provider.Models,
        Timeouts = new UpstreamTimeouts(
            provider.Timeouts.Connect, provider.Timeouts.FirstByte, provider.Timeouts.FirstToken,
            provider.Timeouts.Stall, provider.Timeouts.Total),
        Pool = new PoolLimits(provider.Pool.MaxConnections, provider.Pool.Idle, provider.Pool.Lifetime),
        Probe = new ProbeSettings(provider.Probe.Interval, provider.Probe.Timeout, provider.Probe.Model),
        Tls = new UpstreamTls(provider.Tls.Ca, provider.Tls.ServerName, provider.Tls.InsecureSkipVerify),
    };
}
