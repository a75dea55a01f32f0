using System.Collections.Immutable;
using System.Text;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Upstream;

namespace FastGate.Proxy.Model;

/// <summary>A provider as the data plane uses it: what can be rendered once is rendered, and its connections are pooled.</summary>
internal sealed class Provider
{
    private readonly byte[][] _requestLines;

    internal Provider(ProviderSettings settings, UpstreamPool pool)
    {
        Settings = settings;
        Pool = pool;
        NameUtf8 = Encoding.UTF8.GetBytes(settings.Name);
        BasePath = Encoding.ASCII.GetBytes(settings.BaseUrl.AbsolutePath.TrimEnd('/'));
        FixedHeaders = RenderFixedHeaders(settings);
        Keys = [.. settings.Keys.Select(k => new ProviderCredential(k.Value))];
        _requestLines = [.. EndpointTable.All.Select(endpoint => RenderRequestLine(endpoint, settings))];
        Mask = new SecretMask(settings);
        OwnHeaderNames = [.. settings.Headers.Select(h => Encoding.ASCII.GetBytes(h.Key))];
    }

    internal ProviderSettings Settings { get; }

    internal string Name => Settings.Name;

    internal byte[] NameUtf8 { get; }

    internal UpstreamPool Pool { get; }

    internal UpstreamTimeouts Timeouts => Settings.Timeouts;

    /// <summary>The path of the base address, without a slash at its end.</summary>
    internal byte[] BasePath { get; }

    /// <summary>The <c>Host</c> line and the configured header lines, each with its CRLF.</summary>
    internal byte[] FixedHeaders { get; }

    /// <summary>Names of the configured header fields: a client's own field of that name is not forwarded.</summary>
    internal ImmutableArray<byte[]> OwnHeaderNames { get; }

    /// <summary>The credentials, in the order of the configuration: routing names them by index.</summary>
    internal ImmutableArray<ProviderCredential> Keys { get; }

    /// <summary>Takes its keys out of what it says.</summary>
    internal SecretMask Mask { get; }

    /// <summary>Its targets, known and to come.</summary>
    internal TargetRegistry Targets { get; set; } = null!;

    /// <summary>The whole request line for an endpoint with a fixed path and no query.</summary>
    internal ReadOnlySpan<byte> RequestLine(Endpoint endpoint) => _requestLines[endpoint.Index];

    private static byte[] RenderRequestLine(Endpoint endpoint, ProviderSettings settings) =>
        Encoding.ASCII.GetBytes($"{endpoint.Verb.ToString().ToUpperInvariant()} {settings.BaseUrl.AbsolutePath.TrimEnd('/')}{endpoint.UpstreamPath} HTTP/1.1\r\n");

    private static byte[] RenderFixedHeaders(ProviderSettings settings)
    {
        var text = new StringBuilder($"host: {Origin.Of(settings.BaseUrl).HostHeader}\r\n");
        foreach (KeyValuePair<string, string> header in settings.Headers)
        {
            text.Append(header.Key).Append(": ").Append(header.Value).Append("\r\n");
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }
}
