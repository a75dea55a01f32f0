using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FastGate.Proxy.Transports;

/// <summary>The runtime's sockets by way of Kestrel's transport, continued inline: the design's performance page has the measurements.</summary>
internal sealed class SocketTransport : ITransport
{
    private readonly SocketTransportFactory _listeners = new(
        Options.Create(new SocketTransportOptions
        {
            UnsafePreferInlineScheduling = true,
            WaitForDataBeforeAllocatingBuffer = false,
            NoDelay = true,
            Backlog = 4096,
        }),
        NullLoggerFactory.Instance);

    private readonly SocketConnectionContextFactory _connections = new(
        new SocketConnectionFactoryOptions
        {
            UnsafePreferInlineScheduling = true,
            WaitForDataBeforeAllocatingBuffer = false,
        },
        NullLogger.Instance);

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint address) => _listeners.BindAsync(address);

    /// <inheritdoc/>
    public async Task<ConnectionContext> ConnectAsync(EndPoint address, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancellation).ConfigureAwait(false);
            return _connections.Create(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _connections.Dispose();
        return ValueTask.CompletedTask;
    }
}
