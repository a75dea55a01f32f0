using System.Net;
using FastGate.Transport;
using Microsoft.AspNetCore.Connections;

namespace FastGate.Proxy.Transports;

/// <summary>The project's own event loops.</summary>
internal sealed class LoopTransport(int loops) : ITransport
{
    private readonly EpollTransport _transport = new(loops);

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint address) => _transport.BindAsync(address);

    /// <inheritdoc/>
    public Task<ConnectionContext> ConnectAsync(EndPoint address, CancellationToken cancellation) => _transport.ConnectAsync(address, cancellation);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _transport.DisposeAsync();
}
