using System.IO.Pipelines;
using System.Net.Sockets;
using FastGate.Transport.Tests.Harness;
using Microsoft.AspNetCore.Connections;

namespace FastGate.Transport.Tests.Connections;

public sealed class WriteTests
{
    private const int Much = 20_000_000;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_peer_that_does_not_read_holds_the_writer_back(bool accepted)
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket _) = await rig.PairAsync(accepted, peerReceiveBuffer: 8192);
        Task<FlushResult> flush = connection.Transport.Output.WriteAsync(Ends.Pattern(Much)).AsTask();
        await Task.Delay(50);
        Assert.False(flush.IsCompleted);

        // And the transport can be disposed of all the same: what waits is ended.
        await rig.Transport.DisposeAsync().AsTask().Soon();
        Assert.True((await flush.Soon()).IsCompleted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_peer_that_reads_late_gets_every_octet(bool accepted)
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync(accepted, peerReceiveBuffer: 8192);
        byte[] sent = Ends.Pattern(Much);
        Task<FlushResult> flush = connection.Transport.Output.WriteAsync(sent).AsTask();
        byte[] received = await peer.TakeAsync(Much);
        Assert.False((await flush.Soon()).IsCompleted);
        Assert.Equal(sent, received);
    }

    [Fact]
    public async Task Writes_of_many_sizes_come_in_order()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync();
        byte[] sent = Ends.Pattern(2_000_000);
        Task<byte[]> receiving = peer.TakeAsync(sent.Length);
        await Task.Run(() => WriteAsync(connection.Transport.Output, sent)).Soon();
        Assert.Equal(sent, await receiving);

        static async Task WriteAsync(PipeWriter output, byte[] octets)
        {
            var random = new Random(5);
            int done = 0;
            while (done < octets.Length)
            {
                // Sizes within a block, of several blocks, and none at all.
                int size = Math.Min(octets.Length - done, random.Next(3) switch { 0 => random.Next(100), 1 => random.Next(10_000), _ => random.Next(200_000) });
                octets.AsSpan(done, size).CopyTo(output.GetSpan(size));
                output.Advance(size);
                done += size;
                if (random.Next(3) > 0)
                {
                    await output.FlushAsync();
                }
            }

            await output.FlushAsync();
        }
    }

    [Fact]
    public async Task Cancelled_flush_gives_up_waiting_but_not_sending()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync(peerReceiveBuffer: 8192);
        byte[] sent = Ends.Pattern(Much);
        Task<FlushResult> flush = connection.Transport.Output.WriteAsync(sent).AsTask();
        connection.Transport.Output.CancelPendingFlush();
        Assert.True((await flush.Soon()).IsCanceled);
        Task<FlushResult> second = connection.Transport.Output.WriteAsync("behind"u8.ToArray()).AsTask();
        byte[] received = await peer.TakeAsync(Much + 6);
        Assert.Equal([.. sent, .. "behind"u8], received);
        Assert.False((await second.Soon()).IsCanceled);
    }

    [Fact]
    public async Task Cancellation_without_a_flush_ends_the_next_one_and_sends_it()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync();
        connection.Transport.Output.CancelPendingFlush();
        Assert.True((await connection.SendAsync("abc")).IsCanceled);
        Assert.Equal("abc"u8.ToArray(), await peer.TakeAsync(3));
        Assert.False((await connection.SendAsync("def")).IsCanceled);
    }

    [Fact]
    public async Task Flush_ends_with_its_token()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket _) = await rig.PairAsync(peerReceiveBuffer: 8192);
        using var source = new CancellationTokenSource();
        Task<FlushResult> flush = connection.Transport.Output.WriteAsync(Ends.Pattern(Much), source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => flush.Soon());
    }

    [Fact]
    public async Task Reset_ends_a_flush_that_waits()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync(peerReceiveBuffer: 8192);
        Task<FlushResult> flush = connection.Transport.Output.WriteAsync(Ends.Pattern(Much)).AsTask();
        peer.Reset();
        Assert.True((await flush.Soon()).IsCompleted);
        Assert.True((await connection.SendAsync("more")).IsCompleted);
    }

    [Fact]
    public async Task Abort_ends_a_flush_that_waits()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync(peerReceiveBuffer: 8192);
        Task<FlushResult> flush = connection.Transport.Output.WriteAsync(Ends.Pattern(Much)).AsTask();
        connection.Abort(new ConnectionAbortedException("enough"));
        Assert.True((await flush.Soon()).IsCompleted);
        await connection.DisposeAsync().Soon();
        SocketException e = await Assert.ThrowsAsync<SocketException>(() => peer.TakeAsync(Much));
        Assert.Equal(SocketError.ConnectionReset, e.SocketErrorCode);
    }

    [Fact]
    public async Task End_of_writing_is_told_behind_the_last_octet_and_reading_goes_on()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync(peerReceiveBuffer: 8192);
        byte[] sent = Ends.Pattern(1_000_000);
        sent.CopyTo(connection.Transport.Output.GetSpan(sent.Length));
        connection.Transport.Output.Advance(sent.Length);
        await connection.Transport.Output.CompleteAsync();
        Assert.Equal(sent, await peer.TakeAsync(sent.Length + 1));
        await peer.SendAsync("still");
        Assert.Equal("still", await connection.TakeTextAsync(5));
        Assert.Throws<InvalidOperationException>(() => connection.Transport.Output.GetSpan(1));
    }

    [Fact]
    public async Task Dispose_sends_what_was_flushed_before_it_closes()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync(peerReceiveBuffer: 8192);
        byte[] sent = Ends.Pattern(Much);
        Task<FlushResult> flush = connection.Transport.Output.WriteAsync(sent).AsTask();
        connection.Transport.Output.CancelPendingFlush();
        await flush.Soon();
        Task disposing = connection.DisposeAsync().AsTask();
        Assert.Equal(sent, await peer.TakeAsync(Much + 1));
        await disposing.Soon();
    }

    [Fact]
    public async Task Room_that_was_not_used_sends_nothing()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync();
        connection.Transport.Output.GetSpan(10);
        Assert.False((await connection.Transport.Output.FlushAsync().Soon()).IsCompleted);
        Assert.False(Rig.Inside(connection).Writer.HoldsMemory);
        Assert.Throws<ArgumentOutOfRangeException>(() => connection.Transport.Output.Advance(1));
        await connection.SendAsync("abc");
        Assert.Equal("abc"u8.ToArray(), await peer.TakeAsync(3));
    }
}
