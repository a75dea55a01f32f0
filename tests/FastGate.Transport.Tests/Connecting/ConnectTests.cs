using System.Net;
using System.Net.Sockets;
using FastGate.Transport.Tests.Harness;
using Microsoft.AspNetCore.Connections;

namespace FastGate.Transport.Tests.Connecting;

public sealed class ConnectTests
{
    [Fact]
    public async Task Refused_connection_fails_as_with_the_runtimes_sockets()
    {
        await using Rig rig = await Rig.StartAsync();
        Socket taken = rig.NewSocket();
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        SocketException e = await Assert.ThrowsAsync<SocketException>(() => rig.Transport.ConnectAsync(taken.LocalEndPoint!).Soon());
        Assert.Equal(SocketError.ConnectionRefused, e.SocketErrorCode);
        SocketException other = await Assert.ThrowsAsync<SocketException>(() => rig.NewSocket().ConnectAsync(taken.LocalEndPoint!));
        Assert.Equal(other.Message, e.Message);
    }

    [Fact]
    public async Task Connection_that_nobody_takes_can_be_given_up()
    {
        await using Rig rig = await Rig.StartAsync();
        Socket full = rig.NewSocket();
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);

        // What its queue has no room for gets no answer.
        using var patience = new CancellationTokenSource();
        Task<ConnectionContext>[] connects = [.. Enumerable.Range(0, 8).Select(_ => rig.Transport.ConnectAsync(full.LocalEndPoint!, patience.Token))];
        await Task.WhenAny(connects).Soon();
        await patience.CancelAsync();
        await Task.WhenAll(connects.Select(one => one.ContinueWith(_ => { }, TaskScheduler.Default))).Soon();
        Assert.Contains(connects, one => one.IsCanceled);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rig.Transport.ConnectAsync(full.LocalEndPoint!, patience.Token).Soon());
    }

    [Fact]
    public async Task Connection_over_ipv6_works()
    {
        await using Rig rig = await Rig.StartAsync();
        await using IConnectionListener listener = await rig.Transport.BindAsync(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        Task<ConnectionContext?> accepting = listener.AcceptAsync().AsTask();
        ConnectionContext made = await rig.Transport.ConnectAsync(listener.EndPoint).Soon();
        ConnectionContext accepted = (await accepting.Soon())!;
        await made.SendAsync("six");
        Assert.Equal("six", await accepted.TakeTextAsync(3));
        Assert.Equal(IPAddress.IPv6Loopback, ((IPEndPoint)accepted.RemoteEndPoint!).Address);
        Assert.Equal(listener.EndPoint, made.RemoteEndPoint);
    }

    [Fact]
    public async Task Connection_over_a_socket_in_the_file_system_works()
    {
        string path = Path.Combine(Path.GetTempPath(), $"fastgate-{Guid.NewGuid():n}.sock");
        await using Rig rig = await Rig.StartAsync();
        await using IConnectionListener listener = await rig.Transport.BindAsync(new UnixDomainSocketEndPoint(path));
        Task<ConnectionContext?> accepting = listener.AcceptAsync().AsTask();
        ConnectionContext made = await rig.Transport.ConnectAsync(new UnixDomainSocketEndPoint(path)).Soon();
        ConnectionContext accepted = (await accepting.Soon())!;
        await made.SendAsync("local");
        Assert.Equal("local", await accepted.TakeTextAsync(5));
        await made.DisposeAsync().Soon();
        Assert.True((await accepted.Transport.Input.ReadAsync().Soon()).IsCompleted);
        SocketException e = await Assert.ThrowsAsync<SocketException>(() => rig.Transport.ConnectAsync(new UnixDomainSocketEndPoint(path + "x")).Soon());
        Assert.Equal(SocketError.AddressNotAvailable, e.SocketErrorCode);
    }

    [Fact]
    public async Task Connection_made_on_a_loop_stays_there()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync();
        Task<(int, int)> connecting = ConnectAfterReadAsync(rig, connection);
        await peer.SendAsync("x");
        (int here, int made) = await connecting.Soon();
        Assert.Equal(here, made);

        static async Task<(int Here, int Made)> ConnectAfterReadAsync(Rig rig, ConnectionContext connection)
        {
            await connection.Transport.Input.ReadAsync().ConfigureAwait(false);
            int here = EpollTransport.CurrentLoop;
            ConnectionContext made = await rig.Transport.ConnectAsync(rig.Address).ConfigureAwait(false);
            Assert.Equal(here, EpollTransport.CurrentLoop);
            return (here, Rig.Inside(made).Loop);
        }
    }
}
