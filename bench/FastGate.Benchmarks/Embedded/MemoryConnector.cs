using FastGate.Proxy.Time;
using FastGate.Proxy.Upstream;

namespace FastGate.Benchmarks.Embedded;

/// <summary>Connects the gateway to whoever holds this object.</summary>
internal sealed class MemoryConnector(TimerWheel wheel) : IUpstreamConnector
{
    /// <summary>The newest connection, seen from the provider's side; null before the first.</summary>
    public MemoryConnection? Newest { get; private set; }

    /// <summary>Connections made.</summary>
    public int Count { get; private set; }

    public Task<ConnectResult> ConnectAsync(CancellationToken ended)
    {
        Count++;
        Newest = new MemoryConnection();
        return Task.FromResult(ConnectResult.Of(new UpstreamConnection(Newest, Newest, null, wheel.Now)));
    }
}
