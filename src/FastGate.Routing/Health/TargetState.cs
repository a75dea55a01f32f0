namespace FastGate.Routing.Health;

/// <summary>The four states of a target; the numbers are those of <c>fastgate_target_state</c>.</summary>
public enum TargetState : byte
{
    /// <summary>Takes its full part.</summary>
    Healthy = 0,

    /// <summary>Works, but worse than it should: takes a reduced share.</summary>
    Degraded = 1,

    /// <summary>Out of rotation until its cooldown is over or a probe succeeds.</summary>
    Failed = 2,

    /// <summary>Coming back by trials and a share that grows in steps.</summary>
    Recovering = 3,
}
