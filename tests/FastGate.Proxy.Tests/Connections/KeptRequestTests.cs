using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FastGate.Protocol.Http;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Harness;
using FastGate.Proxy.Time;

namespace FastGate.Proxy.Tests.Connections;

/// <summary>A request that is moved out of the pipe reads as before, and the pipe holds nothing of it any more.</summary>
public sealed class KeptRequestTests
{
    private const string Next = "GET /second HTTP/1.1\r\nhost: b\r\n\r\n";

    [Theory]
    [InlineData(0, 4096)]
    [InlineData(1, 4096)]
    [InlineData(430, 4096)]
    [InlineData(430, 1)]
    [InlineData(430, 64)]
    [InlineData(30_000, 1000)]
    public async Task Head_and_body_are_the_same_and_the_pipe_is_empty(int length, int piece)
    {
        string body = new('x', length);
        var scene = new Scene();
        await scene.ReadAsync($"POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nx-request-id: 17\r\ncontent-length: {length}\r\n\r\n{body}{Next}", piece);

        scene.Reader.Keep();

        // Only the next request is left in the pipe.
        Assert.True(scene.Pipe.Reader.TryRead(out ReadResult rest));
        Assert.Equal(Next, Encoding.ASCII.GetString(rest.Buffer));
        scene.Pipe.Reader.AdvanceTo(rest.Buffer.Start);
        Overwrite(scene.Pool);
        RequestHead head = scene.Reader.Head;
        Assert.Equal("/v1/chat/completions", Encoding.ASCII.GetString(head[head.Path]));
        Assert.True(head.TryGet(KnownHeader.XRequestId, out ReadOnlySpan<byte> id));
        Assert.Equal("17", Encoding.ASCII.GetString(id));
        Assert.Equal(body, Encoding.ASCII.GetString(scene.Reader.Body));
        Assert.True(scene.Reader.Body.IsSingleSegment);

        scene.Reader.Release();
        Assert.Equal(ReadOutcome.Complete, await scene.ReadNextAsync());
        Assert.Equal("/second", Encoding.ASCII.GetString(scene.Reader.Head[scene.Reader.Head.Path]));
        scene.Reader.Release();
    }

    [Fact]
    public async Task Chunked_body_stays_where_it_was_gathered()
    {
        var scene = new Scene();
        await scene.ReadAsync($"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n{Next}", 4096);

        scene.Reader.Keep();

        Overwrite(scene.Pool);
        Assert.Equal("abcde", Encoding.ASCII.GetString(scene.Reader.Body));
        Assert.True(scene.Reader.Head.Has(KnownHeader.TransferEncoding));
        scene.Reader.Release();
        Assert.Equal(ReadOutcome.Complete, await scene.ReadNextAsync());
        Assert.Equal("/second", Encoding.ASCII.GetString(scene.Reader.Head[scene.Reader.Head.Path]));
        scene.Reader.Release();
    }

    [Fact]
    public async Task Very_large_request_is_not_copied()
    {
        int length = OctetPool.Largest;
        var scene = new Scene();
        await scene.ReadAsync($"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n{new string('x', length)}", 4096);

        scene.Reader.Keep();

        Assert.False(scene.Reader.Body.IsSingleSegment);
        Assert.Equal(length, scene.Reader.Body.Length);
        scene.Reader.Release();
    }

    // Whatever the pipe gave back is used by others.
    private static void Overwrite(MemoryPool<byte> pool)
    {
        var used = new List<IMemoryOwner<byte>>();
        for (int i = 0; i < 64; i++)
        {
            IMemoryOwner<byte> block = pool.Rent();
            block.Memory.Span.Fill((byte)'#');
            used.Add(block);
        }

        used.ForEach(block => block.Dispose());
    }

    private sealed class Scene
    {
        private readonly TimerWheel _wheel = new(new ManualTime());
        private readonly ServerLimits _limits = new();

        internal Scene()
        {
            Pipe = new Pipe(new PipeOptions(Pool, pauseWriterThreshold: 0, minimumSegmentSize: 256, useSynchronizationContext: false));
            Reader = new RequestReader(Pipe.Reader, new ConnectionSignal(_wheel));
        }

        internal MemoryPool<byte> Pool { get; } = MemoryPool<byte>.Shared;

        internal Pipe Pipe { get; }

        internal RequestReader Reader { get; }

        internal async Task ReadAsync(string octets, int piece)
        {
            ValueTask<ReadOutcome> reading = ReadNextAsync();
            byte[] all = Encoding.ASCII.GetBytes(octets);
            for (int i = 0; i < all.Length; i += piece)
            {
                await Pipe.Writer.WriteAsync(all.AsMemory(i, Math.Min(piece, all.Length - i)));
            }

            Assert.Equal(ReadOutcome.Complete, await reading);
        }

        internal async ValueTask<ReadOutcome> ReadNextAsync()
        {
            var drain = new DrainState();
            Reader.BeginHead(_limits, drain);
            ReadOutcome head;
            while (!Reader.TryEndHead(await Reader.ReadAsync(), _limits, drain, out head))
            {
            }

            return head == ReadOutcome.Complete ? await Reader.ReadBodyAsync(_limits) : head;
        }
    }
}
