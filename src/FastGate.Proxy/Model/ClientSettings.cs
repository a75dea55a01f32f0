using System.Collections.Immutable;

namespace FastGate.Proxy.Model;

/// <summary>One configured client.</summary>
/// <param name="Name">Its name in logs and metrics.</param>
/// <param name="KeySha256">SHA-256 of its key, 32 octets.</param>
public sealed record ClientSettings(string Name, ImmutableArray<byte> KeySha256);
