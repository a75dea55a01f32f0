using System.Buffers;
using BenchmarkDotNet.Attributes;
using FastGate.Benchmarks.Samples;
using FastGate.Protocol.Json;

namespace FastGate.Benchmarks.Protocol;

/// <summary>The one pass over a chat request's JSON, in the blocks in which it was received.</summary>
public class RequestScan
{
    private readonly ReadOnlySequence<byte> _small = Body(430);
    private readonly ReadOnlySequence<byte> _middle = Body(16 * 1024);
    private readonly ReadOnlySequence<byte> _large = Body(1024 * 1024);
    private readonly RequestScanner _scanner = new();

    [Benchmark]
    public int Chat_of_430_bytes() => Scan(_small);

    [Benchmark]
    public int Chat_of_16_KiB() => Scan(_middle);

    [Benchmark]
    public int Chat_of_1_MiB() => Scan(_large);

    private int Scan(in ReadOnlySequence<byte> body) =>
        _scanner.Scan(body) == ScanStatus.Ok ? _scanner.Model.Length : throw new InvalidOperationException(_scanner.Error.Describe());

    private static ReadOnlySequence<byte> Body(int size) => Wire.InBlocks(Chat.Request("bench/gpt-4o-mini", size, stream: true));
}
