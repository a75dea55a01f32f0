using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using FastGate.Transport.Tests.Harness;
using Microsoft.AspNetCore.Connections;
using Xunit.Abstractions;

namespace FastGate.Transport.Tests.Loops;

public sealed class StressTests(ITestOutputHelper output)
{
    private readonly int _seed = Environment.GetEnvironmentVariable("FASTGATE_TEST_SEED") is { Length: > 0 } seed ? int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture) : 20261125;

    [Fact]
    public async Task Octets_survive_whatever_threads_and_cancellations_do()
    {
        output.WriteLine($"seed {_seed}");
        await using Rig rig = await Rig.StartAsync();
        Task[] all = [.. Enumerable.Range(0, 24).Select(i => ExchangeAsync(rig, _seed + i))];
        await Task.WhenAll(all).WaitAsync(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task Storm_of_connections_that_close_every_way_leaves_nothing_behind()
    {
        output.WriteLine($"seed {_seed}");
        await using Rig rig = await Rig.StartAsync();
        int before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        Task[] all = [.. Enumerable.Range(0, 16).Select(i => StormAsync(rig, _seed + i))];
        await Task.WhenAll(all).WaitAsync(TimeSpan.FromMinutes(2));

        // Both ends are disposed of: the descriptors are closed at the end of the loops' turns.
        for (int i = 0; i < 100 && Directory.GetFileSystemEntries("/proc/self/fd").Length > before + 20; i++)
        {
            await Task.Delay(20);
        }

        Assert.InRange(Directory.GetFileSystemEntries("/proc/self/fd").Length, 0, before + 20);
    }

    [Fact]
    public async Task Thousands_of_connections_live_at_once()
    {
        await using Rig rig = await Rig.StartAsync();
        const int Count = 2000;
        var made = new List<ConnectionContext>();
        var echoes = new List<Task>();
        for (int i = 0; i < Count; i++)
        {
            Task<ConnectionContext?> accepting = rig.Listener.AcceptAsync().AsTask();
            made.Add(await rig.Transport.ConnectAsync(rig.Address).Soon());
            echoes.Add(EchoAsync((await accepting.Soon())!));
        }

        await Task.WhenAll(made.Select(async connection =>
        {
            await connection.SendAsync("ping");
            Assert.Equal("ping", await connection.TakeTextAsync(4));
        })).Soon();
        await Task.WhenAll(made.Select(connection => connection.DisposeAsync().AsTask())).Soon();
        await Task.WhenAll(echoes).Soon();
    }

    private static async Task EchoAsync(ConnectionContext connection)
    {
        PipeReader input = connection.Transport.Input;
        while (true)
        {
            ReadResult result = await input.ReadAsync().ConfigureAwait(false);
            foreach (ReadOnlyMemory<byte> part in result.Buffer)
            {
                await connection.Transport.Output.WriteAsync(part).ConfigureAwait(false);
            }

            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                break;
            }
        }

        await connection.DisposeAsync().ConfigureAwait(false);
    }

    // Two ends of the transport, one that echoes and hops between threads and loops, while others cancel its waits for nothing.
    private static async Task ExchangeAsync(Rig rig, int seed)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        Task<Socket> coming = listener.AcceptAsync();
        ConnectionContext connection = await rig.Transport.ConnectAsync(listener.LocalEndPoint!).ConfigureAwait(false);
        using Socket peer = await coming;
        using var stop = new CancellationTokenSource();
        Task echo = HoppingEchoAsync(connection, seed);
        var noise = Task.Run(async () =>
        {
            var random = new Random(seed);
            while (!stop.IsCancellationRequested)
            {
                if (random.Next(2) == 0)
                {
                    connection.Transport.Input.CancelPendingRead();
                }
                else
                {
                    connection.Transport.Output.CancelPendingFlush();
                }

                await Task.Delay(random.Next(3));
            }
        });
        byte[] sent = Ends.Pattern(new Random(seed).Next(500_000, 1_500_000), seed);
        Task sending = SendInPiecesAsync(peer, sent, seed);
        byte[] received = await peer.TakeAsync(sent.Length);
        await sending.Soon();
        peer.Shutdown(SocketShutdown.Send);
        await echo.Soon();
        await stop.CancelAsync();
        await noise;
        Assert.True(sent.AsSpan().SequenceEqual(received), $"seed {seed}");
    }

    private static async Task SendInPiecesAsync(Socket peer, byte[] octets, int seed)
    {
        var random = new Random(seed + 1);
        for (int done = 0; done < octets.Length;)
        {
            int size = Math.Min(octets.Length - done, random.Next(1, random.Next(2) == 0 ? 500 : 100_000));
            await peer.SendAsync(octets.AsMemory(done, size));
            done += size;
        }
    }

    private static async Task HoppingEchoAsync(ConnectionContext connection, int seed)
    {
        var random = new Random(seed + 2);
        PipeReader input = connection.Transport.Input;
        PipeWriter echo = connection.Transport.Output;
        while (true)
        {
            ReadResult result = await input.ReadAsync().ConfigureAwait(false);
            switch (random.Next(6))
            {
                case 0:
                    await Task.Yield();
                    break;
                case 1:
                    await Task.Run(static () => { });
                    break;
                case 2:
                    Rig.Inside(connection).MoveToCurrentLoop();
                    break;
            }

            // Not always everything, and not always examined to the end.
            long take = random.Next(3) == 0 ? random.NextInt64(result.Buffer.Length + 1) : result.Buffer.Length;
            ReadOnlySequence<byte> part = result.Buffer.Slice(0, take);
            foreach (ReadOnlyMemory<byte> piece in part)
            {
                echo.Write(piece.Span);
            }

            input.AdvanceTo(part.End, random.Next(2) == 0 || take == 0 ? part.End : result.Buffer.End);
            await echo.FlushAsync().ConfigureAwait(false);
            if (result.IsCompleted && take == result.Buffer.Length)
            {
                break;
            }

            if (!result.IsCompleted && take < result.Buffer.Length && random.Next(2) == 0)
            {
                // The rest was perhaps examined and would be given only with more: ask for it all the same.
                input.CancelPendingRead();
            }
        }

        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task StormAsync(Rig rig, int seed)
    {
        var random = new Random(seed);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(64);
        for (int i = 0; i < 150; i++)
        {
            Task<Socket> coming = listener.AcceptAsync();
            ConnectionContext connection = await rig.Transport.ConnectAsync(listener.LocalEndPoint!).ConfigureAwait(false);
            Socket peer = await coming;
            Task<ReadResult> reading = connection.Transport.Input.ReadAsync().AsTask();
            switch (random.Next(5))
            {
                case 0:
                    connection.Abort();
                    break;
                case 1:
                    peer.Reset();
                    break;
                case 2:
                    peer.Dispose();
                    break;
                case 3:
                    await connection.Transport.Output.WriteAsync(new byte[random.Next(100_000)]).ConfigureAwait(false);
                    connection.Abort();
                    break;
                default:
                    await connection.DisposeAsync().ConfigureAwait(false);
                    break;
            }

            try
            {
                await reading.Soon();
            }
            catch (ConnectionResetException)
            {
                // One of the ends.
            }

            await connection.DisposeAsync().ConfigureAwait(false);
            peer.Dispose();
        }
    }
}
