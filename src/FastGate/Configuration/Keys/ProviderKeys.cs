using System.Collections.Immutable;
using FastGate.Configuration.Reading;
using FastGate.Proxy.Endpoints;
using FastGate.Routing.Keys;

namespace FastGate.Configuration.Keys;

/// <summary>The keys of an entry of <c>providers</c>.</summary>
internal static class ProviderKeys
{
    /// <summary>What a provider may be called; without a slash, since "provider/model" is split at the first one.</summary>
    public const string NamePattern = "[a-z0-9][a-z0-9_-]*";

    private static readonly DurationShape Timeout = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(24));

    private static readonly Section<KeyConfig> KeyEntry = new Section<KeyConfig>(
            "providers.NAME.keys", "Keys of the provider; requests are spread over them by weight.", new KeyConfig())
        .Key<Secret?>("value", new SecretShape(), k => k.Value, (k, v) => k with { Value = v ?? k.Value },
            "The key. Write it as `${NAME}` or `${file:PATH}`.", required: true)
        .Key("weight", new NumberShape(1, 1000), k => k.Weight, (k, v) => k with { Weight = v ?? k.Weight },
            "Its share relative to the other keys.");

    private static readonly Section<TimeoutsConfig> Timeouts = new Section<TimeoutsConfig>(
            "providers.NAME.timeouts", "How long to wait for the provider.", new TimeoutsConfig())
        .Key("connect", Timeout, t => t.Connect, (t, v) => t with { Connect = v }, "For the connection, TLS included.")
        .Key("first_byte", Timeout, t => t.FirstByte, (t, v) => t with { FirstByte = v }, "For the head of the response, once the request is sent.")
        .Key("first_token", Timeout, t => t.FirstToken, (t, v) => t with { FirstToken = v }, "For a stream's first content, once its head is there.")
        .Key("stall", Timeout, t => t.Stall, (t, v) => t with { Stall = v }, "For a stream's next event. Comments and pings do not count.")
        .Key("total", Timeout, t => t.Total, (t, v) => t with { Total = v }, "For the whole call, the stream included.");

    private static readonly Section<PoolConfig> Pool = new Section<PoolConfig>(
            "providers.NAME.pool", "Connections to the provider.", new PoolConfig())
        .Key("max_connections", new NumberShape(1, 65536), p => p.MaxConnections, (p, v) => p with { MaxConnections = v ?? p.MaxConnections },
            "Connections open at once; further requests wait for one.")
        .Key("idle", Timeout, p => p.Idle, (p, v) => p with { Idle = v }, "How long an unused connection is kept.")
        .Key("lifetime", Timeout, p => p.Lifetime, (p, v) => p with { Lifetime = v },
            "How old a connection may grow before it is replaced, so that changes in DNS are noticed.");

    private static readonly Section<UpstreamTlsConfig> Tls = new Section<UpstreamTlsConfig>(
            "providers.NAME.tls", "How the provider's certificate is checked.", new UpstreamTlsConfig())
        .Key<string?>("ca", _ => new OptionalShape<string>(new PemFileShape("CERTIFICATE"), () => ""), t => t.Ca, (t, v) => t with { Ca = v },
            "PEM file of the authorities to trust.", defaultNote: "the system's")
        .Key<string?>("server_name",
            _ => new OptionalShape<string>(new TextShape("name", "a host name", "[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"), () => ""),
            t => t.ServerName, (t, v) => t with { ServerName = v },
            "The name to ask for and to find in the certificate.", defaultNote: "the host of `base_url`")
        .Key("insecure_skip_verify", new SwitchShape(), t => t.InsecureSkipVerify, (t, v) => t with { InsecureSkipVerify = v },
            "Accept any certificate. For tests only: whoever is in between reads your keys.");

    private static readonly TextShape Model = new("model name", "a model name without spaces", "[^\\s\\u0000-\\u001f\\u007f]{1,256}");

    private static readonly NamesShape<string> Endpoint = new("endpoint", [.. UpstreamEndpoints.Names.Select(name => (name, name))]);

    private static readonly Section<ProbeConfig> Probe = new Section<ProbeConfig>(
            "providers.NAME.probe", "Active health checks: requests of the gateway's own on targets that are idle or not well. Targets whose traffic is fresh and fine are not probed.", new ProbeConfig())
        .Key("interval", new DurationShape(TimeSpan.Zero, TimeSpan.FromHours(24)), p => p.Interval, (p, v) => p with { Interval = v },
            "How often; `0` is off. A target just suspected is probed every second.")
        .Key("timeout", Timeout, p => p.Timeout, (p, v) => p with { Timeout = v }, "How long a probe may take before it counts as failed.")
        .Key<string?>("model", _ => new OptionalShape<string>(Model, () => ""), p => p.Model, (p, v) => p with { Model = v },
            "The model that is asked for one token. It is paid for as any other.", defaultNote: "none: `GET /models`, which costs nothing");

    public static readonly Section<ProviderConfig> Section = new Section<ProviderConfig>(
            "providers.NAME", "A provider. Its name (`a-z`, `0-9`, `_`, `-`) is what stands before the slash in `provider/model`.", new ProviderConfig())
        .Key("kind", new KindShape(), p => p.Kind, (p, v) => p with { Kind = v },
            "`openai`, or the name of a preset that knows where an OpenAI-compatible provider is.")
        .Key("base_url", new UrlShape(), p => p.BaseUrl, (p, v) => p with { BaseUrl = v },
            "What endpoint paths such as `/chat/completions` are appended to. http or https; no query, fragment or credentials.", defaultNote: "the kind's own")
        .Key<Secret?>("key", new SecretShape(), p => p.Keys.IsEmpty ? null : p.Keys[0].Value, (p, v) => v is null ? p : p with { Keys = [new KeyConfig { Value = v }] },
            "The key. Write it as `${NAME}` or `${file:PATH}`.", defaultNote: "none: requests carry no key")
        .Key("keys", new ListShape<KeyConfig>(KeyEntry.AsShape(), () => new KeyConfig()), p => p.Keys, (p, v) => p with { Keys = v },
            "Several keys, in place of `key`.")
        .Key("headers", HeadersShape(), p => p.Headers, (p, v) => p with { Headers = v },
            "Headers added to every request, by name. Their values may be secrets.")
        .Key("models", new ListShape<string>(Model, () => ""), p => p.Models, (p, v) => p with { Models = v },
            "The models it offers. With a list the provider is not asked.", defaultNote: "the provider is asked")
        .Key("endpoints", new ListShape<string>(Endpoint, () => ""), p => p.Endpoints, (p, v) => p with { Endpoints = v },
            "The endpoints it has, as they are called below `/v1`. Requests for another one pass over its targets; where that leaves none, they are answered 501 `not_supported_by_target`.",
            defaultNote: "any: whether it has one shows when it is asked")
        .Key("timeouts", Timeouts.AsShape(), p => p.Timeouts, (p, v) => p with { Timeouts = v }, "How long to wait for it.")
        .Key("pool", Pool.AsShape(), p => p.Pool, (p, v) => p with { Pool = v }, "Connections to it.")
        .Key("tls", Tls.AsShape(), p => p.Tls, (p, v) => p with { Tls = v }, "How its certificate is checked.")
        .Key("probe", Probe.AsShape(), p => p.Probe, (p, v) => p with { Probe = v }, "How its targets are asked whether they are well.")
        .Completed(Complete);

    /// <summary>Headers the gateway writes itself, or that belong to one connection (RFC 9110 §7.6.1); configuring them would break framing or sign in twice.</summary>
    private static readonly ImmutableHashSet<string> OwnHeaders = ImmutableHashSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "connection", "content-length", "content-type", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade");

    // RFC 9110 §5.6.2: a field name is a token.
    private static NamedShape<HeaderConfig> HeadersShape() => new(
        "header", "[!#$%&'*+.^_`|~0-9A-Za-z-]+", "the characters of a header name, such as letters, digits and '-'",
        new HeaderShape(), name => new HeaderConfig(name, new Secret("")), StringComparer.OrdinalIgnoreCase);

    private static ProviderConfig Complete(ProviderConfig provider, IReadOnlySet<string> written, string path, ConfigReading reading)
    {
        if (written.Contains("key") && written.Contains("keys"))
        {
            reading.Report(KeyPath.Of(path, "keys"), "stands beside 'key'; keep one of them");
        }

        if (provider.Keys.Length > TargetKeys.MaximumKeys)
        {
            reading.Report(KeyPath.Of(KeyPath.Of(path, "keys"), TargetKeys.MaximumKeys), $"is one too many; a provider has at most {TargetKeys.MaximumKeys} keys");
        }

        foreach (HeaderConfig header in provider.Headers)
        {
            if (OwnHeaders.Contains(header.Name))
            {
                reading.Report(KeyPath.Of(KeyPath.Of(path, "headers"), header.Name), "is a header the gateway writes itself; remove it");
            }
        }

        for (int i = 0; i < provider.Models.Length; i++)
        {
            if (provider.Models[i].Length > 0 && provider.Models.IndexOf(provider.Models[i]) < i)
            {
                reading.Report(KeyPath.Of(KeyPath.Of(path, "models"), i), $"'{provider.Models[i]}' is listed twice; remove one of them");
            }
        }

        if (!provider.Endpoints.IsEmpty && provider.Probe.Model is not null && !provider.Endpoints.Contains(UpstreamEndpoints.Chat))
        {
            reading.Report(KeyPath.Of(KeyPath.Of(path, "probe"), "model"), $"is asked at {UpstreamEndpoints.Chat}, which 'endpoints' does not list; remove it, and probes ask for the list of models");
        }

        if (written.Contains("base_url") || ProviderKinds.Find(provider.Kind) is not { } kind)
        {
            return provider;
        }

        Uri baseUrl = new(kind.BaseUrl);
        if (kind.NeedsKey && !written.Contains("key") && !written.Contains("keys"))
        {
            reading.Report(path, $"has no key, and {baseUrl.Host} asks for one; add key: \"${{{kind.KeyVariable}}}\"");
        }

        return provider with { BaseUrl = baseUrl };
    }

    /// <summary>A header's value; its name is known from where it stands.</summary>
    private sealed class HeaderShape : Shape<HeaderConfig>
    {
        private static readonly SecretShape Value = new(spaces: true);

        public override string TypeName => Value.TypeName;

        public override HeaderConfig Read(Yaml.ConfigNode node, string path, ConfigReading reading, HeaderConfig current) =>
            current with { Value = Value.Read(node, path, reading, current.Value) ?? current.Value };

        public override void WriteSchema(System.Text.Json.Utf8JsonWriter json) => Value.WriteSchema(json);
    }
}
