using FastGate.Proxy.Model;
using FastGate.Proxy.Time;

namespace FastGate.Proxy.Upstream;

/// <summary>What a pool gets its connections from: sockets in service, memory under measurement.</summary>
internal interface IUpstreamConnector
{
    /// <summary>Connects unless <paramref name="ended"/> comes first; what prevents it is in the result, not thrown.</summary>
    Task<ConnectResult> ConnectAsync(CancellationToken ended);
}

/// <summary>Makes the connector of a provider.</summary>
internal delegate IUpstreamConnector ConnectorFactory(ProviderSettings provider, TimerWheel wheel);
