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
    ContinueWord,
    ContinueAll,
    ContinueOther,
    Sliced,
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
        ["continue-word"] = Behaviour.ContinueWord,
        ["continue-all"] = Behaviour.ContinueAll,
        ["continue-other"] = Behaviour.ContinueOther,
        ["sliced"] = Behaviour.Sliced,
    };

    /// <summary>A behaviour that can be drawn as a fault: any that does not itself depend on the calls before.</summary>
    /// <exception cref="ArgumentException">There is none of that name.</exception>
    internal static Behaviour Fault(string name) =>
        All.TryGetValue(name, out Behaviour behaviour) && behaviour is not (Behaviour.Error500Once or Behaviour.RateLimitOnce or Behaviour.ResetOnce or Behaviour.Flap)
            ? behaviour
            : throw new ArgumentException($"'{name}' is no fault; there are {string.Join(", ", All.Keys.Where(key => !key.EndsWith("-once", StringComparison.Ordinal) && key != "flap"))}");
}
