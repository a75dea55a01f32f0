using System.Buffers;
using System.IO.Pipelines;
using BenchmarkDotNet.Attributes;
using FastGate.Benchmarks.Embedded;
using FastGate.Benchmarks.Samples;
using FastGate.Protocol.Http;

namespace FastGate.Benchmarks.Proxy;

/// <summary>
/// A request from the client's first octet to the answer's last through the whole data plane, pipes in place of sockets: the client is
/// authenticated, the model is a route, the head is that of the official library.
/// </summary>
public class WholeRequest : IDisposable
{
    private const int Events = 100;

    private readonly EmbeddedGateway _unary = new(EmbeddedGateway.OneProvider());
    private readonly EmbeddedGateway _stream = new(EmbeddedGateway.OneProvider());
    private readonly MemoryConnection _client = new();
    private readonly MemoryConnection _upstream = new();
    private readonly byte[] _unaryRequest = Request(stream: false);
    private readonly byte[] _streamRequest = Request(stream: true);
    private readonly byte[][] _completion = [Wire.Join(Heads.Provider("application/json", 420), Chat.Completion(420))];

    // Each event in a chunk and a read of its own, as a provider sends them.
    private readonly byte[][] _events =
    [
        Heads.Provider("text/event-stream; charset=utf-8", -1),
        .. Enumerable.Range(0, Events).Select(i => Wire.Chunk(Chat.Event(200, i))),
        Wire.Join(Wire.Chunk(Chat.LastEvents()), ChunkWriter.LastChunk.ToArray()),
    ];

    public WholeRequest()
    {
        Check(_unary, _unaryRequest, _completion, "\"total_tokens\":120}}");
        Check(_stream, _streamRequest, _events, "data: [DONE]\n\n\r\n0\r\n\r\n");
    }

    /// <summary>The octets of <see cref="Unary_chat"/> through the same pipes without a gateway between them: what the harness itself costs.</summary>
    [Benchmark]
    public int Pipes_alone_for_a_unary_chat() => Move(_unaryRequest, _completion);

    [Benchmark]
    public int Unary_chat() => _unary.Ask(_unaryRequest, _completion);

    /// <summary>The octets of <see cref="Stream_of_100_events"/> through the same pipes without a gateway between them.</summary>
    [Benchmark]
    public int Pipes_alone_for_a_stream() => Move(_streamRequest, _events);

    [Benchmark]
    public int Stream_of_100_events() => _stream.Ask(_streamRequest, _events);

    public void Dispose()
    {
        _unary.Dispose();
        _stream.Dispose();
        GC.SuppressFinalize(this);
    }

    private int Move(byte[] request, byte[][] answer)
    {
        _client.Send(request);
        Pass(_client, _upstream);
        int octets = _upstream.Discard();
        foreach (byte[] piece in answer)
        {
            _upstream.Send(piece);
            Pass(_upstream, _client);
            octets += _client.Discard();
        }

        return octets;
    }

    private static void Pass(MemoryConnection from, MemoryConnection to)
    {
        if (!from.Input.TryRead(out ReadResult result))
        {
            throw new InvalidOperationException("What was sent did not come.");
        }

        foreach (ReadOnlyMemory<byte> part in result.Buffer)
        {
            to.Output.Write(part.Span);
        }

        from.Input.AdvanceTo(result.Buffer.End);
        MemoryConnection.Flush(to.Output);
    }

    private static byte[] Request(bool stream)
    {
        byte[] body = Chat.Request("chat", 430, stream);
        return Wire.Join(Heads.OpenAiLibrary(body.Length), body);
    }

    // A benchmark of an error answer would be fast and mean nothing.
    private static void Check(EmbeddedGateway gateway, byte[] request, byte[][] answer, string end)
    {
        gateway.Connect();
        for (int i = 0; i < 2; i++)
        {
            string text = gateway.Read(request, answer);
            if (!text.StartsWith("HTTP/1.1 200 OK\r\n", StringComparison.Ordinal) || !text.EndsWith(end, StringComparison.Ordinal) || gateway.UpstreamCount != 1)
            {
                throw new InvalidOperationException($"An unexpected answer over {gateway.UpstreamCount} connections: {text}");
            }
        }
    }
}
