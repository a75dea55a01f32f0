using System.Net;
using System.Net.Sockets;
using FastGate.Transport.Connections;
using Microsoft.AspNetCore.Connections;

namespace FastGate.Transport.Tests.Harness;

/// <summary>A transport with two loops that listens on a free port, and plain sockets for the other end.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly List<IDisposable> _owned = [];

    private Rig(EpollTransport transport, IConnectionListener listener)
    {
        Transport = transport;
        Listener = listener;
    }

    internal EpollTransport Transport { get; }

    internal IConnectionListener Listener { get; }

    internal IPEndPoint Address => (IPEndPoint)Listener.EndPoint;

    internal static async Task<Rig> StartAsync(int loops = 2)
    {
        var transport = new EpollTransport(loops);
        return new Rig(transport, await transport.BindAsync(new IPEndPoint(IPAddress.Loopback, 0)));
    }

    /// <summary>A connection of the transport, accepted or made by it, and its peer.</summary>
    internal async Task<(ConnectionContext Connection, Socket Peer)> PairAsync(bool accepted = true, int? peerReceiveBuffer = null)
    {
        if (accepted)
        {
            Socket peer = NewSocket(peerReceiveBuffer);
            Task<ConnectionContext?> accepting = Listener.AcceptAsync().AsTask();
            await peer.ConnectAsync(Address).Soon();
            return ((await accepting.Soon())!, peer);
        }

        using Socket listener = NewSocket(peerReceiveBuffer);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        Task<Socket> coming = listener.AcceptAsync();
        ConnectionContext connection = await Transport.ConnectAsync(listener.LocalEndPoint!).Soon();
        Socket other = await coming.Soon();
        _owned.Add(other);
        return (connection, other);
    }

    internal Socket NewSocket(int? receiveBuffer = null)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBuffer is { } size)
        {
            socket.ReceiveBufferSize = size;
        }

        _owned.Add(socket);
        return socket;
    }

    internal static LoopConnection Inside(ConnectionContext connection) => (LoopConnection)connection;

    public async ValueTask DisposeAsync()
    {
        // Whatever a test has left open must not keep the transport from ending.
        await Transport.DisposeAsync().AsTask().Soon();
        _owned.ForEach(one => one.Dispose());
    }
}
