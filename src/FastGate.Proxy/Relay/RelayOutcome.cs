using FastGate.Proxy.Attempts;

namespace FastGate.Proxy.Relay;

/// <summary>How handing an answer to the client ended.</summary>
/// <param name="Fault">What went wrong upstream, if anything.</param>
/// <param name="Committed">Whether the client has been sent a head: then no error can be answered any more.</param>
/// <param name="KeepAlive">Whether the client's connection can carry another request.</param>
internal readonly record struct RelayOutcome(AttemptFault Fault, bool Committed, bool KeepAlive)
{
    internal static RelayOutcome Complete(bool keepAlive) => new(AttemptFault.None, true, keepAlive);

    internal static RelayOutcome Gone { get; } = new(AttemptFault.ClientGone, true, false);

    /// <summary>Nothing was sent: the failure can still be answered, or rescued.</summary>
    internal static RelayOutcome BeforeCommit(AttemptFault fault) => new(fault, false, true);

    /// <summary>Part of the answer was sent: the connection must end so that the answer does not look whole.</summary>
    internal static RelayOutcome AfterCommit(AttemptFault fault) => new(fault, true, false);
}
