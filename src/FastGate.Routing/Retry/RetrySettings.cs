namespace FastGate.Routing.Retry;

/// <summary>How one target is tried again (failover.md, 2). Immutable; the defaults are the contract's.</summary>
public sealed record RetrySettings
{
    /// <summary>The defaults.</summary>
    public static RetrySettings Default { get; } = new();

    /// <summary>Extra tries on the same target, 0 to 10.</summary>
    public int Attempts { get; init; } = 2;

    /// <summary>The wait before each extra try; the last one serves all further tries. Not empty, none negative.</summary>
    public IReadOnlyList<TimeSpan> Backoff { get; init; } =
        [TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2)];

    /// <summary>Fraction, 0 to 1, by which a wait may be shorter or longer.</summary>
    public double Jitter { get; init; } = 0.2;

    /// <summary>The longest Retry-After that is waited for; with a longer one the request moves on.</summary>
    public TimeSpan RetryAfterMax { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">A value is out of its range; the message names it.</exception>
    public void Validate()
    {
        if (Attempts is < 0 or > 10)
        {
            throw new ArgumentException("retry.attempts must be 0 to 10.", nameof(Attempts));
        }

        if (Backoff.Count == 0 || Backoff.Any(wait => wait < TimeSpan.Zero))
        {
            throw new ArgumentException("retry.backoff must list at least one wait, none of them negative.", nameof(Backoff));
        }

        if (Jitter is < 0 or > 1)
        {
            throw new ArgumentException("retry.jitter must be 0 to 1.", nameof(Jitter));
        }
    }
}
