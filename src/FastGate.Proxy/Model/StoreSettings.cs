using FastGate.Proxy.Idempotency;

namespace FastGate.Proxy.Model;

/// <summary>The bounds of what the gateway remembers of answers.</summary>
public sealed record StoreSettings
{
    /// <summary>What is kept for idempotency keys.</summary>
    public IdempotencyLimits Idempotency { get; init; } = IdempotencyLimits.Default;

    /// <summary>Octets of answers kept in memory; read at start only. Taken as answers come, and not at all where no route stores any.</summary>
    public long AnswerBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>The SQLite database that answers are kept in as well; null: in memory only. Read at start only.</summary>
    public string? AnswerPath { get; init; }

    /// <summary>Octets of answers in that database.</summary>
    public long AnswerDiskBytes { get; init; } = 1024L * 1024 * 1024;
}
