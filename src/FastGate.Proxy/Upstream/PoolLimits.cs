namespace FastGate.Proxy.Upstream;

/// <summary>The bounds of one provider's connection pool.</summary>
/// <param name="MaxConnections">Connections at most, idle and in use together.</param>
/// <param name="Idle">An idle connection is closed after this.</param>
/// <param name="Lifetime">A connection is not used again after this, so that a changed DNS answer is followed.</param>
public sealed record PoolLimits(int MaxConnections, TimeSpan Idle, TimeSpan Lifetime)
{
    /// <summary>The contract's defaults.</summary>
    public static readonly PoolLimits Default = new(1024, TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(5));
}
