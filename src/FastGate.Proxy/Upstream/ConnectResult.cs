using System.Diagnostics.CodeAnalysis;

namespace FastGate.Proxy.Upstream;

/// <summary>A connection, or why there is none.</summary>
/// <param name="Connection">The connection, when there is one.</param>
/// <param name="Failure">Why there is none.</param>
/// <param name="Detail">The system's own words for the failure, or null.</param>
internal readonly record struct ConnectResult(UpstreamConnection? Connection, ConnectFailure Failure, string? Detail)
{
    [MemberNotNullWhen(true, nameof(Connection))]
    internal bool Succeeded => Connection is not null;

    internal static ConnectResult Of(UpstreamConnection connection) => new(connection, ConnectFailure.None, null);

    internal static ConnectResult Failed(ConnectFailure failure, string? detail = null) => new(null, failure, detail);
}
