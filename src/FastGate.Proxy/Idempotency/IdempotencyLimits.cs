namespace FastGate.Proxy.Idempotency;

/// <summary>The bounds of what is kept for idempotency keys.</summary>
/// <param name="Entries">Keys at most, running ones included.</param>
/// <param name="Bytes">Octets of all answers together.</param>
/// <param name="Answer">Octets of one answer; a longer one reaches its client but cannot be repeated.</param>
public sealed record IdempotencyLimits(int Entries, long Bytes, int Answer)
{
    /// <summary>10,000 keys, 64 MiB, 4 MiB each.</summary>
    public static IdempotencyLimits Default { get; } = new(10_000, 64L * 1024 * 1024, 4 * 1024 * 1024);
}
