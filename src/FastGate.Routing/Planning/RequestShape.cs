using FastGate.Routing.Strategies;

namespace FastGate.Routing.Planning;

/// <summary>What planning needs to know of a request besides the facts conditions ask for. All of it optional.</summary>
public readonly struct RequestShape
{
    /// <summary>Estimated input in tokens; 0 when unknown.</summary>
    public int InputTokens { get; init; }

    /// <summary>Estimated or requested output in tokens; 0 when unknown.</summary>
    public int OutputTokens { get; init; }

    /// <summary>What a target must offer to be asked, as bits of <see cref="Targets.Target.Offers"/>; 0 for nothing in particular.</summary>
    public uint Needs { get; init; }

    /// <summary>The only provider allowed; null for any. Compared by value with <see cref="Targets.Target.Provider"/>.</summary>
    public string? ProviderLock { get; init; }

    /// <summary>From <see cref="HashStickyKey"/>; 0 when the request has none.</summary>
    public ulong StickyKey { get; init; }

    /// <summary>A deadline that replaces the route's when it is shorter (<c>x-fastgate-timeout-ms</c>); null for none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Hashes the value of a sticky header, user or metadata field. Allocates nothing; never 0.</summary>
    /// <param name="key">The value's bytes.</param>
    public static ulong HashStickyKey(ReadOnlySpan<byte> key) => StickyStrategy.HashOf(key);
}
