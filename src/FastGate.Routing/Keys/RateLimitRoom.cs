namespace FastGate.Routing.Keys;

/// <summary>What a provider's rate-limit headers say is left. Negative numbers mean that it did not say.</summary>
/// <param name="RemainingRequests">Requests left until the reset.</param>
/// <param name="LimitRequests">Requests allowed between resets.</param>
/// <param name="RemainingTokens">Tokens left until the reset.</param>
/// <param name="LimitTokens">Tokens allowed between resets.</param>
/// <param name="ResetAfter">When the scarcer of both is full again.</param>
public readonly record struct RateLimitRoom(long RemainingRequests, long LimitRequests, long RemainingTokens, long LimitTokens, TimeSpan ResetAfter)
{
    /// <summary>The fraction left, 0 to 1, of whichever is scarcer; 1 where nothing is known.</summary>
    internal double Fraction => Math.Min(Of(RemainingRequests, LimitRequests), Of(RemainingTokens, LimitTokens));

    private static double Of(long remaining, long limit) => remaining < 0 || limit <= 0 ? 1 : Math.Clamp(remaining / (double)limit, 0, 1);
}
