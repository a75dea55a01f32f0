using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FastGate.Proxy.Answers;

/// <summary>A SHA-256 as a value: what an answer or a run is found by. Its octets are as good as random, so any part of it will do as a hash.</summary>
[InlineArray(Length)]
internal struct AnswerKey : IEquatable<AnswerKey>
{
    /// <summary>Octets of a key.</summary>
    internal const int Length = SHA256.HashSizeInBytes;

    private byte _first;

    /// <summary>The octets.</summary>
    [UnscopedRef]
    internal Span<byte> Octets => this;

    /// <summary>A hash for a table.</summary>
    internal readonly ulong Hash => BinaryPrimitives.ReadUInt64LittleEndian(Read(this));

    /// <summary>The hash an <see cref="AnswerIndex"/> takes: the upper half, so that the lower one can choose a shard.</summary>
    internal readonly uint IndexHash => (uint)(Hash >> 32);

    /// <summary>The same of a key's octets, or of an entry that begins with them.</summary>
    internal static uint IndexHashOf(ReadOnlySpan<byte> octets) => (uint)(BinaryPrimitives.ReadUInt64LittleEndian(octets) >> 32);

    internal static AnswerKey Of(ReadOnlySpan<byte> octets)
    {
        var key = default(AnswerKey);
        octets.CopyTo(key.Octets);
        return key;
    }

    /// <summary>The octets of a key that is not to be changed.</summary>
    internal static ReadOnlySpan<byte> Read(in AnswerKey key) => MemoryMarshal.CreateReadOnlySpan(in key._first, Length);

    /// <inheritdoc/>
    public readonly bool Equals(AnswerKey other) => Read(this).SequenceEqual(Read(other));

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is AnswerKey other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => (int)Hash;
}
