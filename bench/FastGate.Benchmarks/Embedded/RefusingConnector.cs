using FastGate.Proxy.Upstream;

namespace FastGate.Benchmarks.Embedded;

/// <summary>A provider where nobody listens.</summary>
internal sealed class RefusingConnector : IUpstreamConnector
{
    public Task<ConnectResult> ConnectAsync(CancellationToken ended) => Task.FromResult(ConnectResult.Failed(ConnectFailure.Refused));

    public void Dispose()
    {
    }
}
