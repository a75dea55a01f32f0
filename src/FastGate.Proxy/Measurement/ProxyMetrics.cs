namespace FastGate.Proxy.Measurement;

/// <summary>What the data plane counts. Written by requests, read by the control plane.</summary>
internal sealed class ProxyMetrics
{
    internal StripedCounter ConnectionsAccepted { get; } = new();

    internal StripedCounter ConnectionsClosed { get; } = new();

    internal StripedCounter StreamsStarted { get; } = new();

    internal StripedCounter StreamsEnded { get; } = new();

    internal StripedCounter StreamEvents { get; } = new();

    /// <summary>Events dropped because their data was no JSON.</summary>
    internal StripedCounter StreamEventsMalformed { get; } = new();

    /// <summary>Attempts that failed, by target and class. Those that were answered are counted with their target.</summary>
    internal FailedAttemptCounters Attempts { get; } = new();

    /// <summary>Hops from one target to another, by route, targets and class.</summary>
    internal FailoverCounters Failovers { get; } = new();

    /// <summary>Requests by route and status.</summary>
    internal RequestCounters Requests { get; } = new();
}
