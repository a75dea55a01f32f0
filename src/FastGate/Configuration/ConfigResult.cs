using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace FastGate.Configuration;

/// <summary>A configuration, or everything that is wrong with it.</summary>
internal sealed record ConfigResult
{
    /// <summary>The configuration; null when there is any error.</summary>
    public GatewayConfig? Config { get; init; }

    /// <summary>All errors, in the order of their lines.</summary>
    public ImmutableArray<ConfigError> Errors { get; init; } = [];

    /// <summary>True when the file could not be read at all; then there is exactly one error.</summary>
    public bool Unreadable { get; init; }

    /// <summary>True when there is a configuration.</summary>
    [MemberNotNullWhen(true, nameof(Config))]
    public bool IsValid => Config is not null;
}
