namespace FastGate.Proxy.Model;

/// <summary>How a provider is probed while its traffic does not tell how it is.</summary>
/// <param name="Interval">The pace on idle and on sick targets; zero switches probes off.</param>
/// <param name="Timeout">How long a probe may take before it counts as failed.</param>
/// <param name="Model">The model asked for one token; null: <c>GET /models</c> is the probe.</param>
public sealed record ProbeSettings(TimeSpan Interval, TimeSpan Timeout, string? Model)
{
    /// <summary>The contract's defaults.</summary>
    public static readonly ProbeSettings Default = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(5), null);
}
