using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastGate.Transport.Connections;
using FastGate.Transport.Listening;
using FastGate.Transport.Loops;
using Microsoft.AspNetCore.Connections;

namespace FastGate.Transport;

/// <summary>
/// Stream sockets on event loops of their own, for Linux. Continuations run on the loops: whoever is continued must not block.
/// </summary>
public sealed class EpollTransport : IConnectionListenerFactory, IAsyncDisposable
{
    private readonly LoopGroup _loops;

    /// <summary>Starts the loops, a thread each.</summary>
    /// <param name="loops">How many, 1 or more.</param>
    /// <exception cref="PlatformNotSupportedException">See <see cref="IsSupported"/>.</exception>
    /// <exception cref="SocketException">The system gives no descriptor for a loop.</exception>
    public EpollTransport(int loops)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(loops);
        if (!IsSupported)
        {
            throw new PlatformNotSupportedException("The epoll transport needs Linux on x86-64 or ARM64.");
        }

        _loops = new LoopGroup(loops);
    }

    /// <summary>Whether this system has what the transport needs: Linux on x86-64 or ARM64.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <summary>The number of the loop whose thread the caller runs on, from 0; -1 off the loops.</summary>
    public static int CurrentLoop => EventLoop.Current?.Index ?? -1;

    /// <summary>How many loops there are.</summary>
    public int Loops => _loops.Count;

    /// <summary>Listens on an address: IPv4, IPv6 (any address: IPv4, too) or a socket in the file system.</summary>
    /// <exception cref="AddressInUseException">Somebody listens there.</exception>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(LoopListener.Bind(_loops[0], endpoint));

    /// <summary>
    /// Connects, on the caller's loop if it runs on one. The task's continuation runs on the connection's loop.
    /// </summary>
    /// <param name="endpoint">Where to; a name must have been resolved.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SocketException">It failed.</exception>
    /// <exception cref="OperationCanceledException">It was given up, or the transport was disposed of.</exception>
    public Task<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var connect = new PendingConnect(_loops.Nearest(), endpoint, cancellationToken);
        connect.Start();
        return connect.Result;
    }

    /// <summary>Resets every connection that is left, ends every listener, and ends the loops.</summary>
    public async ValueTask DisposeAsync() => await _loops.EndAsync().ConfigureAwait(false);
}
