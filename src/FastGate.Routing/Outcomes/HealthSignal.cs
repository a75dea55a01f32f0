namespace FastGate.Routing.Outcomes;

/// <summary>What an outcome says about the target that produced it.</summary>
public enum HealthSignal : byte
{
    /// <summary>The target works.</summary>
    Success = 0,

    /// <summary>The target is ill.</summary>
    Failure,

    /// <summary>The target works but has no room.</summary>
    RateLimited,

    /// <summary>Nothing about the target: the request or the key was at fault, or nobody waited for the answer.</summary>
    Neutral,
}
