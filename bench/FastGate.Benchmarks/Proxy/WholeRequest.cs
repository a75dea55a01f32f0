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
    private readonly EmbeddedGateway _chunked = new(EmbeddedGateway.OneProvider());
    private readonly EmbeddedGateway _pastDead = new(EmbeddedGateway.DeadPrimary());
    private readonly EmbeddedGateway _stored = new(EmbeddedGateway.OneProvider());
    private readonly MemoryConnection _client = new();
    private readonly MemoryConnection _upstream = new();
    private readonly byte[] _unaryRequest = Request(stream: false);
    private readonly byte[] _streamRequest = Request(stream: true);
    private readonly byte[] _chunkedRequest = ChunkedRequest();
    private readonly byte[] _keyedRequest = KeyedRequest();
    private readonly byte[][] _completion = [Wire.Join(Heads.Provider("application/json", 420), Chat.Completion(420))];

    // In pieces that end in the midst of the JSON.
    private readonly byte[][] _chunkedCompletion =
    [
        Heads.Provider("application/json", -1),
        Wire.Chunk(Chat.Completion(420)[..100]),
        Wire.Join(Wire.Chunk(Chat.Completion(420)[100..]), ChunkWriter.LastChunk.ToArray()),
    ];

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
        Check(_chunked, _chunkedRequest, _chunkedCompletion, "\"total_tokens\":120}}");

        // Enough failures for the dead target to leave the choice.
        Check(_pastDead, _unaryRequest, _completion, "\"total_tokens\":120}}");
        for (int i = 0; i < 10; i++)
        {
            _pastDead.Ask(_unaryRequest, _completion);
        }

        _stored.Connect();
        _stored.Ask(_keyedRequest, _completion);
    }

    /// <summary>The octets of <see cref="Unary_chat"/> through the same pipes without a gateway between them: what the harness itself costs.</summary>
    [Benchmark]
    public int Pipes_alone_for_a_unary_chat() => Move(_unaryRequest, _completion);

    [Benchmark]
    public int Unary_chat() => _unary.Ask(_unaryRequest, _completion);

    /// <summary>Request and answer in chunks: both are gathered out of their framing.</summary>
    [Benchmark]
    public int Unary_chat_in_chunks() => _chunked.Ask(_chunkedRequest, _chunkedCompletion);

    /// <summary>The first target is dead and its breaker open.</summary>
    [Benchmark]
    public int Unary_chat_past_a_dead_target() => _pastDead.Ask(_unaryRequest, _completion);

    /// <summary>An answer stored under an idempotency key, once more.</summary>
    [Benchmark]
    public int Unary_chat_replayed() => _stored.AskAlone(_keyedRequest);

    /// <summary>The octets of <see cref="Stream_of_100_events"/> through the same pipes without a gateway between them.</summary>
    [Benchmark]
    public int Pipes_alone_for_a_stream() => Move(_streamRequest, _events);

    [Benchmark]
    public int Stream_of_100_events() => _stream.Ask(_streamRequest, _events);

    public void Dispose()
    {
        _unary.Dispose();
        _stream.Dispose();
        _chunked.Dispose();
        _pastDead.Dispose();
        _stored.Dispose();
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

    private static byte[] ChunkedRequest()
    {
        byte[] body = Chat.Request("chat", 430, stream: false);
        string head = System.Text.Encoding.ASCII.GetString(Heads.OpenAiLibrary(body.Length));
        string chunked = System.Text.RegularExpressions.Regex.Replace(head, "(?i)content-length: [0-9]+", "transfer-encoding: chunked");
        return Wire.Join(System.Text.Encoding.ASCII.GetBytes(chunked), Wire.Chunk(body[..200]), Wire.Chunk(body[200..]), ChunkWriter.LastChunk.ToArray());
    }

    private static byte[] KeyedRequest()
    {
        string request = System.Text.Encoding.UTF8.GetString(Request(stream: false));
        return System.Text.Encoding.UTF8.GetBytes(request.Replace("\r\n\r\n", "\r\nIdempotency-Key: 7f1c\r\n\r\n", StringComparison.Ordinal));
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
