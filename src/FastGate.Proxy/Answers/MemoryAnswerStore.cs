using System.Buffers;
using System.Numerics;
using FastGate.Proxy.Connections;

namespace FastGate.Proxy.Answers;

/// <summary>Answers in memory, in shards: see <see cref="AnswerShard"/>. What it holds is bounded, and memory is taken as it is needed.</summary>
internal sealed class MemoryAnswerStore : IAnswerStore
{
    /// <summary>The least bound that makes sense.</summary>
    internal const long LeastBytes = 1024 * 1024;

    private const long ShardBytes = 16 * 1024 * 1024;
    private const int MostShards = 64;
    private const int LeastSegments = 64;

    private readonly AnswerShard[] _shards;

    /// <summary>Makes an empty store.</summary>
    /// <param name="limitBytes">Memory at most, at least <see cref="LeastBytes"/>.</param>
    internal MemoryAnswerStore(long limitBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limitBytes, LeastBytes);
        int shards = (int)Math.Min(BitOperations.RoundUpToPowerOf2((ulong)Math.Max(1, limitBytes / ShardBytes)), MostShards);
        long each = limitBytes / shards;
        int segmentSize = (int)Math.Min(AnswerLocation.LargestSegment, BitOperations.RoundUpToPowerOf2((ulong)(each / LeastSegments)));
        _shards = [.. Enumerable.Range(0, shards).Select(_ => new AnswerShard(each, segmentSize))];
    }

    /// <summary>Answers held.</summary>
    internal int Count => _shards.Sum(s => s.Count);

    /// <summary>Octets of memory.</summary>
    internal long SizeBytes => _shards.Sum(s => s.SizeBytes);

    /// <inheritdoc/>
    public long LargestAnswer => _shards[0].LargestEntry - 64;

    /// <inheritdoc/>
    public ValueTask<bool> TryReadAsync(in AnswerKey key, long notBefore, BodyBuffer into) => ValueTask.FromResult(TryRead(key, notBefore, into));

    /// <inheritdoc/>
    public bool Store(in AnswerKey key, ReadOnlySequence<byte> answer, long now) => ShardOf(key).Store(key, answer, now);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal bool TryRead(in AnswerKey key, long notBefore, BodyBuffer into) => ShardOf(key).TryRead(key, notBefore, into);

    // The index takes the upper half of the hash.
    private AnswerShard ShardOf(in AnswerKey key) => _shards[(uint)key.Hash & (uint)(_shards.Length - 1)];
}
