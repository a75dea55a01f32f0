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

    /// <summary>Requests by route and status.</summary>
    internal RequestCounters Requests { get; } = new();
}
