using System.Collections.Immutable;
using FastGate.Providers.Presets;
using FastGate.Proxy.Upstream;

namespace FastGate.Proxy.Model;

/// <summary>Everything that is configured about one provider.</summary>
/// <param name="Name">The name used in <c>provider/model</c>.</param>
/// <param name="BaseUrl">Absolute http or https address; its path (usually <c>/v1</c>) stands in for the <c>/v1</c> of the gateway's own paths.</param>
public sealed record ProviderSettings(string Name, Uri BaseUrl)
{
    /// <summary>The credentials; one entry without a value for providers that ask for none. Not empty.</summary>
    public ImmutableArray<ProviderKeySettings> Keys { get; init; } = [new ProviderKeySettings(null, 1)];

    /// <summary>Header fields sent with every request.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The models it has; empty: it is asked.</summary>
    public ImmutableArray<string> Models { get; init; } = [];

    /// <summary>The endpoints it has, of <see cref="Endpoints.UpstreamEndpoints.Names"/>; empty: every one, as far as is known.</summary>
    public ImmutableArray<string> Endpoints { get; init; } = [];

    /// <summary>How its models are given the beginning of an answer, as far as is known.</summary>
    public PrefixStyle Prefix { get; init; }

    /// <summary>How long each phase may take.</summary>
    public UpstreamTimeouts Timeouts { get; init; } = UpstreamTimeouts.Default;

    /// <summary>The bounds of the connection pool.</summary>
    public PoolLimits Pool { get; init; } = PoolLimits.Default;

    /// <summary>How it is probed.</summary>
    public ProbeSettings Probe { get; init; } = ProbeSettings.Default;

    /// <summary>Certificate checks.</summary>
    public UpstreamTls Tls { get; init; } = UpstreamTls.Default;

    /// <summary>Whether connections made under one setting can serve the other: then the pool outlives a reload.</summary>
    internal bool SharesPoolWith(ProviderSettings other) =>
        Origin.Of(BaseUrl) == Origin.Of(other.BaseUrl) && Pool == other.Pool && Tls == other.Tls;
}
