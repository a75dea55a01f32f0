namespace FastGate.MockProvider.Behaviours;

/// <summary>What a model's name makes the provider do.</summary>
internal enum Behaviour
{
    Ok,
    OkSlow,
    Error500,
    Error503,
    Error500Once,
    RateLimit,
    RateLimitOnce,
    Reset,
    ResetOnce,
    Silent,
    SlowHead,
    SlowFirstToken,
    CutStream,
    StallStream,
    MalformedEvent,
    NoDone,
    ContextLength,
    ContentPolicy,
    BadKey,
    Flap,
    NoPrefill,
}

/// <summary>The model names that are behaviours.</summary>
internal static class BehaviourNames
{
    internal static readonly IReadOnlyDictionary<string, Behaviour> All = new Dictionary<string, Behaviour>(StringComparer.Ordinal)
    {
        ["ok"] = Behaviour.Ok,
        ["ok-slow"] = Behaviour.OkSlow,
        ["error-500"] = Behaviour.Error500,
        ["error-503"] = Behaviour.Error503,
        ["error-500-once"] = Behaviour.Error500Once,
        ["rate-limit"] = Behaviour.RateLimit,
        ["rate-limit-once"] = Behaviour.RateLimitOnce,
        ["reset"] = Behaviour.Reset,
        ["reset-once"] = Behaviour.ResetOnce,
        ["silent"] = Behaviour.Silent,
        ["slow-head"] = Behaviour.SlowHead,
        ["slow-first-token"] = Behaviour.SlowFirstToken,
        ["cut-stream"] = Behaviour.CutStream,
        ["stall-stream"] = Behaviour.StallStream,
        ["malformed-event"] = Behaviour.MalformedEvent,
        ["no-done"] = Behaviour.NoDone,
        ["context-length"] = Behaviour.ContextLength,
        ["content-policy"] = Behaviour.ContentPolicy,
        ["bad-key"] = Behaviour.BadKey,
        ["flap"] = Behaviour.Flap,
        ["no-prefill"] = Behaviour.NoPrefill,
    };
}
