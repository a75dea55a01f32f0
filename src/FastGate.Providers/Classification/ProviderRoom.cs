namespace FastGate.Providers.Classification;

/// <summary>What a provider's rate-limit fields say is left for a key. -1 and <c>null</c> where they do not say.</summary>
/// <param name="RemainingRequests">Requests left until the reset.</param>
/// <param name="LimitRequests">Requests allowed between resets.</param>
/// <param name="ResetRequests">When all of them are there again, 0 to 24 hours.</param>
/// <param name="RemainingTokens">Tokens left until the reset.</param>
/// <param name="LimitTokens">Tokens allowed between resets.</param>
/// <param name="ResetTokens">When all of them are there again, 0 to 24 hours.</param>
public readonly record struct ProviderRoom(
    long RemainingRequests,
    long LimitRequests,
    TimeSpan? ResetRequests,
    long RemainingTokens,
    long LimitTokens,
    TimeSpan? ResetTokens)
{
    /// <summary>Nothing is known.</summary>
    public static ProviderRoom Unknown => new(-1, -1, null, -1, -1, null);

    /// <summary>Whether anything is known to be left, or to be used up.</summary>
    public bool IsKnown => RemainingRequests >= 0 || RemainingTokens >= 0;

    /// <summary>When the scarcer of both is full again; <c>null</c> where it does not say.</summary>
    public TimeSpan? ResetAfter =>
        Fraction(RemainingTokens, LimitTokens) < Fraction(RemainingRequests, LimitRequests) ? ResetTokens : ResetRequests ?? ResetTokens;

    /// <summary>What is left of a limit, 0 to 1; where the limit is not known, whether anything is left; 2 where nothing is known.</summary>
    internal static double Fraction(long remaining, long limit) =>
        remaining < 0 ? 2 : limit > 0 ? Math.Min(remaining / (double)limit, 1) : remaining == 0 ? 0 : 1;
}
