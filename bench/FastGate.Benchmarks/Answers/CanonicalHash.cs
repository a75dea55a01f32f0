using System.Buffers;
using BenchmarkDotNet.Attributes;
using FastGate.Benchmarks.Samples;
using FastGate.Protocol.Json;

namespace FastGate.Benchmarks.Answers;

/// <summary>The hash of a request that does not see white space and order: one for each request with a key, one for each on a route that stores answers.</summary>
public class CanonicalHash
{
    private readonly CanonicalJson _canonical = new();
    private readonly ReadOnlySequence<byte> _small = new(Chat.Request("chat", 430, stream: false));
    private readonly ReadOnlySequence<byte> _large = new(Chat.Request("chat", 16 * 1024, stream: false));
    private readonly byte[] _hash = new byte[32];

    [Benchmark]
    public int Chat_of_430_bytes() => _canonical.TryHash("scope"u8, _small, null, _hash) ? _hash[0] : -1;

    [Benchmark]
    public int Chat_of_16_KiB() => _canonical.TryHash("scope"u8, _large, null, _hash) ? _hash[0] : -1;
}
