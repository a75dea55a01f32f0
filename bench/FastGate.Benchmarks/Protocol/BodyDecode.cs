using System.Buffers;
using BenchmarkDotNet.Attributes;
using FastGate.Benchmarks.Samples;
using FastGate.Protocol.Http;

namespace FastGate.Benchmarks.Protocol;

/// <summary>Taking the framing off a chunked body of 100 events of 200 octets, one a chunk; counted by the chunk.</summary>
public class BodyDecode
{
    private const int Chunks = 100;

    private readonly ReadOnlySequence<byte> _body = Wire.InBlocks(Wire.Join(
        [.. Enumerable.Range(0, Chunks).Select(i => Wire.Chunk(Chat.Event(200, i))), ChunkWriter.LastChunk.ToArray()]));

    [Benchmark(OperationsPerInvoke = Chunks)]
    public int Chunk_of_200_bytes()
    {
        ReadOnlySequence<byte> rest = _body;
        var decoder = BodyDecoder.For(BodyFraming.Chunked, 0);
        long octets = 0;
        BodyStatus status;
        while ((status = decoder.Next(ref rest, out ReadOnlySequence<byte> data)) == BodyStatus.Data)
        {
            octets += data.Length;
        }

        return status == BodyStatus.Done ? (int)octets : throw new InvalidOperationException();
    }
}
