namespace FastGate.Configuration;

/// <summary>The gateway-wide limit on added attempts.</summary>
internal sealed record RetryBudgetConfig
{
    /// <summary>Retries per request of the last ten seconds, 0 to 1.</summary>
    public double Share { get; init; } = 0.2;

    /// <summary>Retries allowed in any second whatever the traffic.</summary>
    public int MinimumPerSecond { get; init; } = 10;
}
