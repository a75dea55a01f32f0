using System.IO.Pipelines;
using System.Net.Sockets;
using FastGate.Transport.Tests.Harness;
using Microsoft.AspNetCore.Connections;

namespace FastGate.Transport.Tests.Connections;

public sealed class CloseTests
{
    [Fact]
    public async Task Dispose_tells_the_peer_by_an_end()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync();
        await connection.DisposeAsync().Soon();
        Assert.Empty(await peer.TakeAsync(1));
        await connection.ConnectionClosed.SoonAsync();
        await connection.DisposeAsync().Soon();
    }

    [Fact]
    public async Task Abort_tells_the_peer_by_a_reset()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync();
        connection.Abort(new ConnectionAbortedException("enough"));
        connection.Abort(new ConnectionAbortedException("again"));
        SocketException e = await Assert.ThrowsAsync<SocketException>(() => peer.TakeAsync(1));
        Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
        await connection.ConnectionClosed.SoonAsync();
        ConnectionResetException read = await Assert.ThrowsAsync<ConnectionResetException>(() => connection.Transport.Input.ReadAsync().Soon());
        Assert.Equal("enough", read.Message);
        await connection.DisposeAsync().Soon();
    }

    [Fact]
    public async Task Abort_ends_a_read_that_waits()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket _) = await rig.PairAsync();
        Task<ReadResult> reading = connection.Transport.Input.ReadAsync().AsTask();
        connection.Abort();
        await Assert.ThrowsAsync<ConnectionResetException>(() => reading.Soon());
    }

    [Fact]
    public async Task Dispose_ends_a_read_that_waits()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync();
        PipeReader input = connection.Transport.Input;
        await peer.SendAsync("abc");
        ReadResult result = await input.ReadAsync().Soon();
        input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        Task<ReadResult> reading = input.ReadAsync().AsTask();
        await connection.DisposeAsync().Soon();
        result = await reading.Soon();
        Assert.True(result.IsCompleted);
        Assert.True(result.Buffer.IsEmpty);
        Assert.Throws<InvalidOperationException>(() => input.TryRead(out _));
    }

    [Fact]
    public async Task Transport_that_is_disposed_of_ends_everything()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync();
        Task<ReadResult> reading = connection.Transport.Input.ReadAsync().AsTask();
        Task<ConnectionContext?> accepting = rig.Listener.AcceptAsync().AsTask();
        await rig.Transport.DisposeAsync().AsTask().Soon();
        await Assert.ThrowsAsync<ConnectionResetException>(() => reading.Soon());
        Assert.Null(await accepting.Soon());
        await Assert.ThrowsAsync<SocketException>(() => peer.TakeAsync(1));

        // What is asked for later ends at once.
        await Assert.ThrowsAsync<ConnectionResetException>(() => connection.Transport.Input.ReadAsync().Soon());
        Assert.True((await connection.SendAsync("x")).IsCompleted);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rig.Transport.ConnectAsync(rig.Address).Soon());
        await connection.DisposeAsync().Soon();
        await rig.Transport.DisposeAsync().AsTask().Soon();
    }
}
