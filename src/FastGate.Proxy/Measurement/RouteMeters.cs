namespace FastGate.Proxy.Measurement;

/// <summary>What is measured of a route's requests. A route finds it once, when it is configured, not for each request.</summary>
internal sealed class RouteMeters
{
    /// <summary>Requests by status.</summary>
    internal StatusCounters Statuses { get; } = new();

    /// <summary>From a request's first octet to the last of its answer.</summary>
    internal StripedHistogram Requests { get; } = new(HistogramBuckets.Calls);

    /// <summary>The same, less every wait for the client or an upstream.</summary>
    internal StripedHistogram OwnWork { get; } = new(HistogramBuckets.OwnWork);
}
