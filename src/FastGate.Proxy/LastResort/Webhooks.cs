using System.Collections.Concurrent;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;
using FastGate.Proxy.Time;
using FastGate.Proxy.Transports;
using FastGate.Proxy.Upstream;
using Microsoft.Extensions.Logging;

namespace FastGate.Proxy.LastResort;

/// <summary>Asks webhooks, over pooled connections like those to providers. One for the data plane.</summary>
internal sealed partial class Webhooks(TimerWheel wheel, ITransport transport, ILogger logger) : IDisposable
{
    private static readonly PoolLimits Limits = new(64, TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(5));

    // The provider's base path stands in for "/v1"; at the root of a host nothing is left but the slash.
    private static readonly Endpoint Below = new(0, Protocol.Http.HttpVerb.Post, "/v1*", EndpointKind.Upstream, BodyShape.Json);
    private static readonly Endpoint Root = new(0, Protocol.Http.HttpVerb.Post, "/v1/*", EndpointKind.Upstream, BodyShape.Json);

    private readonly ConcurrentDictionary<WebhookSettings, Provider> _known = new();

    /// <summary>Posts the facts; null unless the answer is a 2xx with a whole body within the webhook's time.</summary>
    internal async Task<byte[]?> AskAsync(WebhookSettings settings, byte[] facts)
    {
        Provider provider = _known.GetOrAdd(settings, Connect);
        Endpoint endpoint = provider.BasePath.Length == 0 ? Root : Below;
        ProviderAnswer answer = await ProviderCall.SendAsync(provider, provider.Keys[0], endpoint, facts, settings.Timeout, wheel, CancellationToken.None).ConfigureAwait(false);
        if (answer is { Status: >= 200 and < 300, Body: not null })
        {
            return answer.Body;
        }

        LogFailed(logger, settings.Url.Host, answer.Status > 0 ? $"status {answer.Status}" : AttemptFaultText.Describe(answer.Fault, provider, answer.Detail));
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Provider provider in _known.Values)
        {
            provider.Pool.Dispose();
        }
    }

    private Provider Connect(WebhookSettings settings)
    {
        var target = new ProviderSettings("webhook", settings.Url)
        {
            Keys = [new ProviderKeySettings(settings.Key, 1)],
            Timeouts = new UpstreamTimeouts(settings.Timeout, settings.Timeout, settings.Timeout, settings.Timeout, settings.Timeout),
            Pool = Limits,
        };
        return new Provider(target, new UpstreamPool(new UpstreamConnector(Origin.Of(settings.Url), target.Tls, wheel, transport), Limits, wheel));
    }

    [LoggerMessage(EventIds.WebhookFailed, LogLevel.Warning, "The webhook at {Host} gave no answer: {What}")]
    private static partial void LogFailed(ILogger logger, string host, string what);
}
