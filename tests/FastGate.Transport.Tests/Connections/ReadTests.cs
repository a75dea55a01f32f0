using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using FastGate.Transport.Tests.Harness;
using Microsoft.AspNetCore.Connections;

namespace FastGate.Transport.Tests.Connections;

public sealed class ReadTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Octets_come_in_order_whatever_their_number(bool accepted)
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync(accepted);
        byte[] sent = Ends.Pattern(3_000_000);
        Task sending = peer.SendAsync(sent.AsMemory()).AsTask();

        byte[] first = await connection.TakeAsync(1);
        byte[] second = await connection.TakeAsync(4095);
        byte[] rest = await connection.TakeAsync(sent.Length - 4096);

        await sending.Soon();
        Assert.Equal(sent, (byte[])[.. first, .. second, .. rest]);
    }

    [Fact]
    public async Task What_was_examined_is_given_again_only_with_more()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync();
        PipeReader input = connection.Transport.Input;
        await peer.SendAsync("abc");
        ReadResult result = await input.ReadAsync().Soon();
        input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        Task<ReadResult> next = input.ReadAsync().AsTask();
        await Task.Yield();
        Assert.False(next.IsCompleted);
        await peer.SendAsync("d");
        result = await next.Soon();
        Assert.Equal("abcd", Encoding.Latin1.GetString(result.Buffer));
        input.AdvanceTo(result.Buffer.GetPosition(1), result.Buffer.GetPosition(1));

        // Not examined to the end: given again at once.
        Assert.True(input.TryRead(out result));
        Assert.Equal("bcd", Encoding.Latin1.GetString(result.Buffer));
        input.AdvanceTo(result.Buffer.End);
        Assert.False(input.TryRead(out _));
    }

    [Fact]
    public async Task Positions_at_the_seam_of_blocks_are_understood_either_way()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync();
        PipeReader input = connection.Transport.Input;
        byte[] sent = Ends.Pattern(10_000);
        await peer.SendAsync(sent.AsMemory()).AsTask().Soon();
        ReadResult result = await input.ReadAtLeastAsync(sent.Length).Soon();
        Assert.False(result.Buffer.IsSingleSegment);
        int seam = result.Buffer.First.Length;
        SequencePosition endOfFirst = new(result.Buffer.Start.GetObject(), result.Buffer.Start.GetInteger() + seam);
        input.AdvanceTo(endOfFirst, result.Buffer.End);
        await peer.SendAsync("x");
        result = await input.ReadAsync().Soon();
        Assert.Equal([.. sent[seam..], (byte)'x'], result.Buffer.ToArray());
        input.AdvanceTo(result.Buffer.End);
        Assert.True(Rig.Inside(connection).IsQuiet);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Peer_that_ends_its_side_ends_reading_behind_its_last_octet(bool accepted)
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync(accepted);
        await peer.SendAsync("last");
        peer.Shutdown(SocketShutdown.Send);
        Assert.Equal("last", await connection.TakeTextAsync(4));
        ReadResult result = await connection.Transport.Input.ReadAsync().Soon();
        Assert.True(result.IsCompleted);
        Assert.True(result.Buffer.IsEmpty);
        await connection.ConnectionClosed.SoonAsync();

        // Half closed: the other direction works on.
        await connection.SendAsync("answer");
        Assert.Equal("answer"u8.ToArray(), await peer.TakeAsync(6));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reset_ends_a_read_that_waits(bool accepted)
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync(accepted);
        Task<ReadResult> reading = connection.Transport.Input.ReadAsync().AsTask();
        peer.Reset();
        await Assert.ThrowsAsync<ConnectionResetException>(() => reading.Soon());
        await connection.ConnectionClosed.SoonAsync();
        await Assert.ThrowsAsync<ConnectionResetException>(() => connection.Transport.Input.ReadAsync().Soon());
    }

    [Fact]
    public async Task Reset_while_nobody_reads_is_told_and_is_no_end()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync();
        peer.Reset();
        await connection.ConnectionClosed.SoonAsync();
        Assert.False(Rig.Inside(connection).IsQuiet);
        await Assert.ThrowsAsync<ConnectionResetException>(() => connection.Transport.Input.ReadAsync().Soon());
    }

    [Fact]
    public async Task Reset_that_a_send_has_met_first_is_no_end_either()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync();
        peer.Reset();
        while (!(await connection.SendAsync("x")).IsCompleted)
        {
        }

        await Assert.ThrowsAsync<ConnectionResetException>(() => connection.Transport.Input.ReadAsync().Soon());
    }

    [Fact]
    public async Task Octets_before_a_reset_are_given_first_when_they_were_received()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync();
        await peer.SendAsync("abc");
        ReadResult result = await connection.Transport.Input.ReadAsync().Soon();
        connection.Transport.Input.AdvanceTo(result.Buffer.Start, result.Buffer.Start);
        peer.Reset();
        await connection.ConnectionClosed.SoonAsync();
        Assert.Equal("abc", await connection.TakeTextAsync(3));
        await Assert.ThrowsAsync<ConnectionResetException>(() => connection.Transport.Input.ReadAsync().Soon());
    }

    [Fact]
    public async Task Cancelled_read_loses_nothing()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync();
        PipeReader input = connection.Transport.Input;
        Task<ReadResult> reading = input.ReadAsync().AsTask();
        input.CancelPendingRead();
        ReadResult result = await reading.Soon();
        Assert.True(result.IsCanceled);
        Assert.True(result.Buffer.IsEmpty);
        input.AdvanceTo(result.Buffer.End);
        await peer.SendAsync("abc");
        Assert.Equal("abc", await connection.TakeTextAsync(3));
    }

    [Fact]
    public async Task Cancellation_without_a_read_ends_the_next_one()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket _) = await rig.PairAsync();
        PipeReader input = connection.Transport.Input;
        input.CancelPendingRead();
        ReadResult result = await input.ReadAsync().Soon();
        Assert.True(result.IsCanceled);
        input.AdvanceTo(result.Buffer.End);
        Task<ReadResult> reading = input.ReadAsync().AsTask();
        await Task.Yield();
        Assert.False(reading.IsCompleted);
        input.CancelPendingRead();
        Assert.True((await reading.Soon()).IsCanceled);
    }

    [Fact]
    public async Task Read_ends_with_its_token_and_another_one_goes_on()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync();
        using var source = new CancellationTokenSource();
        Task<ReadResult> reading = connection.Transport.Input.ReadAsync(source.Token).AsTask();
        await source.CancelAsync();
        OperationCanceledException e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.Soon());
        Assert.Equal(source.Token, e.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.Transport.Input.ReadAsync(source.Token).Soon());
        await peer.SendAsync("abc");
        Assert.Equal("abc", await connection.TakeTextAsync(3));
    }

    [Fact]
    public async Task Idle_connection_holds_no_memory()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync();
        Task<byte[]> taking = connection.TakeAsync(3);
        Assert.False(Rig.Inside(connection).Reader.HoldsMemory);
        await peer.SendAsync("abc");
        await taking;
        Assert.False(Rig.Inside(connection).Reader.HoldsMemory);
        await connection.SendAsync("abc");
        Assert.False(Rig.Inside(connection).Writer.HoldsMemory);
    }

    [Fact]
    public async Task Continuations_run_on_the_connections_loop()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext connection, Socket peer) = await rig.PairAsync();
        Task<int> reading = LoopAfterReadAsync(connection);
        await peer.SendAsync("x");
        Assert.Equal(Rig.Inside(connection).Loop, await reading.Soon());
    }

    [Fact]
    public async Task Connection_moves_to_the_callers_loop()
    {
        await using Rig rig = await Rig.StartAsync();
        (ConnectionContext first, Socket firstPeer) = await rig.PairAsync();
        (ConnectionContext second, Socket secondPeer) = await rig.PairAsync();
        Assert.NotEqual(Rig.Inside(first).Loop, Rig.Inside(second).Loop);
        Task<(int, int, int)> moving = MoveAsync(first, second);
        await firstPeer.SendAsync("x");
        await secondPeer.SendAsync("y");
        (int here, int after, int loop) = await moving.Soon();
        Assert.Equal(here, after);
        Assert.Equal(here, loop);

        static async Task<(int Here, int After, int Loop)> MoveAsync(ConnectionContext first, ConnectionContext second)
        {
            ReadResult result = await first.Transport.Input.ReadAsync().ConfigureAwait(false);
            first.Transport.Input.AdvanceTo(result.Buffer.End);
            int here = EpollTransport.CurrentLoop;
            Rig.Inside(second).MoveToCurrentLoop();
            result = await second.Transport.Input.ReadAsync().ConfigureAwait(false);
            second.Transport.Input.AdvanceTo(result.Buffer.End);
            return (here, EpollTransport.CurrentLoop, Rig.Inside(second).Loop);
        }
    }

    private static async Task<int> LoopAfterReadAsync(ConnectionContext connection)
    {
        ReadResult result = await connection.Transport.Input.ReadAsync().ConfigureAwait(false);
        connection.Transport.Input.AdvanceTo(result.Buffer.End);
        return EpollTransport.CurrentLoop;
    }
}
