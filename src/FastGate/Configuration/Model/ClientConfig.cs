using System.Collections.Immutable;

namespace FastGate.Configuration;

/// <summary>Someone who may call. The key itself is not kept: a request's credential is hashed and the hashes are compared.</summary>
internal sealed record ClientConfig
{
    /// <summary>The name used in metrics and logs; unique.</summary>
    public string Name { get; init; } = "";

    /// <summary>SHA-256 of the key's UTF-8 bytes, 32 bytes; unique.</summary>
    public ImmutableArray<byte> KeySha256 { get; init; } = [];
}
