using System.Collections.Immutable;

namespace FastGate.Configuration;

/// <summary>A provider: where it is, how to sign in, and how long to wait for it.</summary>
internal sealed record ProviderConfig
{
    /// <summary>The name used in "name/model".</summary>
    public string Name { get; init; } = "";

    /// <summary><c>openai</c>, or the name of an OpenAI-compatible preset.</summary>
    public string Kind { get; init; } = "openai";

    /// <summary>What endpoint paths are appended to; http or https. Its path has no slash at the end, save the root's, which is one.</summary>
    public Uri BaseUrl { get; init; } = new("https://api.openai.com/v1");

    /// <summary>The keys to sign in with; empty: requests carry none.</summary>
    public ImmutableArray<KeyConfig> Keys { get; init; } = [];

    /// <summary>Headers added to every request.</summary>
    public ImmutableArray<HeaderConfig> Headers { get; init; } = [];

    /// <summary>The models it offers; empty: the provider is asked.</summary>
    public ImmutableArray<string> Models { get; init; } = [];

    /// <summary>The endpoints it has; empty: any.</summary>
    public ImmutableArray<string> Endpoints { get; init; } = [];

    /// <summary>How long to wait for what.</summary>
    public TimeoutsConfig Timeouts { get; init; } = new();

    /// <summary>Connections to it.</summary>
    public PoolConfig Pool { get; init; } = new();

    /// <summary>How its certificate is checked.</summary>
    public UpstreamTlsConfig Tls { get; init; } = new();

    /// <summary>How its targets are asked whether they are well.</summary>
    public ProbeConfig Probe { get; init; } = new();
}

/// <summary>One key of a provider and its share of the requests.</summary>
internal sealed record KeyConfig
{
    /// <summary>The key.</summary>
    public Secret Value { get; init; } = new("");

    /// <summary>Its share relative to the provider's other keys; 1 to 1000.</summary>
    public int Weight { get; init; } = 1;
}

/// <summary>A request header; its value may be a secret.</summary>
internal sealed record HeaderConfig(string Name, Secret Value);

/// <summary>How long to wait for a provider.</summary>
internal sealed record TimeoutsConfig
{
    /// <summary>For the connection, TLS included.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>For the response head, from the end of the request.</summary>
    public TimeSpan FirstByte { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>For a stream's first content event, from its head.</summary>
    public TimeSpan FirstToken { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>For the next event of a stream.</summary>
    public TimeSpan Stall { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>For the whole attempt.</summary>
    public TimeSpan Total { get; init; } = TimeSpan.FromMinutes(10);
}

/// <summary>Active health checks of a provider's targets.</summary>
internal sealed record ProbeConfig
{
    /// <summary>How often an idle or unhealthy target is probed; zero: never.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a probe may take before it counts as failed.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The model asked for one token, as the provider calls it; null: the list of models is fetched instead.</summary>
    public string? Model { get; init; }
}

/// <summary>Connections to a provider.</summary>
internal sealed record PoolConfig
{
    /// <summary>Connections open at once.</summary>
    public int MaxConnections { get; init; } = 1024;

    /// <summary>How long an unused connection is kept.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How old a connection may grow; it is closed at the first chance after that.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>How a provider's certificate is checked.</summary>
internal sealed record UpstreamTlsConfig
{
    /// <summary>A PEM file of the authorities to trust instead of the system's, as a full path; null: the system's.</summary>
    public string? Ca { get; init; }

    /// <summary>The name to ask for and to find in the certificate; null: the host of the base URL.</summary>
    public string? ServerName { get; init; }

    /// <summary>True: any certificate will do. For tests only.</summary>
    public bool InsecureSkipVerify { get; init; }
}
