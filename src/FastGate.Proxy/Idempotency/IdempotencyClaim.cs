namespace FastGate.Proxy.Idempotency;

/// <summary>What came of claiming a key.</summary>
/// <param name="Kind">What.</param>
/// <param name="Run">The run that was begun or found; null otherwise. A found one is held for the caller, who lets go of its recording.</param>
/// <param name="Answer">The answer that is kept, where one is.</param>
internal readonly record struct IdempotencyClaim(ClaimKind Kind, IdempotentRun? Run = null, KeptAnswer Answer = default);
