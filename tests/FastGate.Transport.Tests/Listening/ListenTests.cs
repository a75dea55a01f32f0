using System.Net;
using System.Net.Sockets;
using FastGate.Transport.Connections;
using FastGate.Transport.Native;
using FastGate.Transport.Tests.Harness;
using Microsoft.AspNetCore.Connections;

namespace FastGate.Transport.Tests.Listening;

public sealed class ListenTests
{
    [Fact]
    public async Task Address_in_use_is_refused()
    {
        await using Rig rig = await Rig.StartAsync();
        await Assert.ThrowsAsync<AddressInUseException>(async () => await rig.Transport.BindAsync(rig.Address));
    }

    [Fact]
    public async Task Connections_are_dealt_out_to_the_loops_in_turn()
    {
        await using Rig rig = await Rig.StartAsync();
        int[] loops = new int[rig.Transport.Loops];
        for (int i = 0; i < 10; i++)
        {
            (ConnectionContext connection, Socket _) = await rig.PairAsync();
            loops[((ILoopConnection)connection).Loop]++;
        }

        Assert.Equal([5, 5], loops);
    }

    [Fact]
    public async Task Many_that_come_at_once_are_all_accepted()
    {
        await using Rig rig = await Rig.StartAsync();
        const int Count = 500;
        Task[] connecting = [.. Enumerable.Range(0, Count).Select(_ => rig.NewSocket().ConnectAsync(rig.Address))];
        await Task.WhenAll(connecting).Soon();
        for (int i = 0; i < Count; i++)
        {
            Assert.NotNull(await rig.Listener.AcceptAsync().Soon());
        }
    }

    [Fact]
    public async Task Listener_that_is_unbound_ends_who_waits_and_frees_its_port()
    {
        await using Rig rig = await Rig.StartAsync();
        Task<ConnectionContext?> accepting = rig.Listener.AcceptAsync().AsTask();
        await rig.Listener.UnbindAsync().Soon();
        Assert.Null(await accepting.Soon());
        Assert.Null(await rig.Listener.AcceptAsync().Soon());
        await using IConnectionListener again = await rig.Transport.BindAsync(rig.Address);
        Assert.Equal(rig.Address, again.EndPoint);
    }

    [Fact]
    public async Task Accept_ends_with_its_token()
    {
        await using Rig rig = await Rig.StartAsync();
        using var source = new CancellationTokenSource();
        Task<ConnectionContext?> accepting = rig.Listener.AcceptAsync(source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => accepting.Soon());
        (ConnectionContext connection, Socket _) = await rig.PairAsync();
        Assert.NotNull(connection);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Small_messages_are_not_held_back(bool accepted)
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket _) = await rig.PairAsync(accepted);
        Assert.True(NoDelay(Rig.Inside(connection).Descriptor));
    }

    [Fact]
    public async Task Any_address_of_ipv6_takes_ipv4_too()
    {
        await using Rig rig = await Rig.StartAsync();
        await using IConnectionListener listener = await rig.Transport.BindAsync(new IPEndPoint(IPAddress.IPv6Any, 0));
        Task<ConnectionContext?> accepting = listener.AcceptAsync().AsTask();
        await rig.NewSocket().ConnectAsync(new IPEndPoint(IPAddress.Loopback, ((IPEndPoint)listener.EndPoint).Port)).Soon();
        Assert.True(((IPEndPoint)(await accepting.Soon())!.RemoteEndPoint!).Address.IsIPv4MappedToIPv6);
    }

    private static unsafe bool NoDelay(int descriptor)
    {
        int value = 0;
        uint length = sizeof(int);
        Assert.Equal(0, LibC.GetOption(descriptor, Linux.TcpLevel, Linux.OptionNoDelay, &value, &length));
        return value != 0;
    }
}
