namespace FastGate.Proxy.Measurement;

/// <summary>What came of idempotency keys.</summary>
internal enum IdempotencyResult
{
    /// <summary>The request ran and its answer is kept.</summary>
    Stored,

    /// <summary>It joined another that ran.</summary>
    Joined,

    /// <summary>It was given a kept answer.</summary>
    Replayed,

    /// <summary>Its key stands for another request.</summary>
    Conflict,

    /// <summary>It ran without being remembered, since there was no room.</summary>
    Full,

    /// <summary>It ran, but its answer is larger than what is kept.</summary>
    TooLarge,

    /// <summary>It ran and failed in a way that another try may mend.</summary>
    Failed,
}

/// <summary>What came of looking for stored answers and of storing them.</summary>
internal enum CacheResult
{
    /// <summary>A stored answer was given.</summary>
    Hit,

    /// <summary>There was none.</summary>
    Miss,

    /// <summary>A stored answer was given because no target could answer.</summary>
    Stale,

    /// <summary>The client wanted no stored answer.</summary>
    Bypass,

    /// <summary>An answer was stored.</summary>
    Stored,

    /// <summary>An answer was too large to be stored, or there was no room.</summary>
    NotStored,

    /// <summary>A stored answer is in memory only, though there is a database: that does not keep up, or has failed.</summary>
    NotWritten,
}

/// <summary>Counts what came of idempotency keys and of the answer store.</summary>
internal sealed class AnswerCounters
{
    private static readonly string[] IdempotencyNames = ["stored", "joined", "replayed", "conflict", "full", "too_large", "failed"];
    private static readonly string[] CacheNames = ["hit", "miss", "stale", "bypass", "stored", "not_stored", "not_written"];

    internal ResultCounters Idempotency { get; } = new("fastgate_idempotency_total", "What came of idempotency keys, by result.", IdempotencyNames);

    internal ResultCounters Cache { get; } = new("fastgate_cache_total", "What came of looking for stored answers and of storing them, by result.", CacheNames);

    internal void Count(IdempotencyResult result) => Idempotency.Count(IdempotencyNames[(int)result]);

    internal void Count(CacheResult result) => Cache.Count(CacheNames[(int)result]);
}
