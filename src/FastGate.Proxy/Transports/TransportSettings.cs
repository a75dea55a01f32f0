using System.Net.Sockets;
using FastGate.Transport;

namespace FastGate.Proxy.Transports;

/// <summary>What carries the data plane's connections; read at start only.</summary>
/// <param name="Kind">Which sockets.</param>
/// <param name="Loops">Event loops of the epoll transport; null: one for each core.</param>
public sealed record TransportSettings(TransportKind Kind = TransportKind.Auto, int? Loops = null)
{
    /// <summary>Whether the epoll transport is used on this system.</summary>
    public bool UsesEpoll => Kind == TransportKind.Epoll || (Kind == TransportKind.Auto && EpollTransport.IsSupported);

    /// <exception cref="IOException">This system has no epoll transport, or no descriptors for its loops.</exception>
    internal ITransport Create()
    {
        if (!UsesEpoll)
        {
            return new SocketTransport();
        }

        try
        {
            return new LoopTransport(Loops ?? Environment.ProcessorCount);
        }
        catch (PlatformNotSupportedException)
        {
            throw new IOException("server.transport: epoll needs Linux on x86-64 or ARM64; write auto or sockets");
        }
        catch (SocketException e)
        {
            throw new IOException($"the event loops cannot be made: {e.Message}");
        }
    }
}
