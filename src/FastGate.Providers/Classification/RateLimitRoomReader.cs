using System.Runtime.CompilerServices;
using FastGate.Protocol.Http;

namespace FastGate.Providers.Classification;

/// <summary>
/// Reads what a response head says is left of the key's rate limits. Made for every response: allocates nothing, and where a head says
/// nothing about limits only looks at the lengths and first letters of its names.
/// </summary>
public static class RateLimitRoomReader
{
    /// <summary>
    /// Reads the room. Where there are several limits on requests or on tokens (a minute's and a day's, input's and output's), the scarcest
    /// counts.
    /// </summary>
    /// <param name="head">The head, of whatever status.</param>
    /// <param name="now">The time of day, against which resets given as dates are read.</param>
    /// <returns>The room; <see cref="ProviderRoom.Unknown"/> when the head does not say.</returns>
    public static ProviderRoom Read(ResponseHead head, DateTimeOffset now)
    {
        int first = RateLimitFields.IndexOfFirst(head);
        return first < 0 ? ProviderRoom.Unknown : Read(head, first, now);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ProviderRoom Read(ResponseHead head, int first, DateTimeOffset now)
    {
        RateLimitFields.Read(head, first, out RateLimitFields fields);
        RateLimitEntry requests = Scarcest(fields.All, RateLimitUnit.Requests);
        RateLimitEntry tokens = Scarcest(fields.All, RateLimitUnit.Tokens);
        return new ProviderRoom(
            requests.Remaining, requests.Limit, ResetOf(head, requests, now), tokens.Remaining, tokens.Limit, ResetOf(head, tokens, now));
    }

    private static RateLimitEntry Scarcest(ReadOnlySpan<RateLimitEntry> limits, RateLimitUnit unit)
    {
        var scarcest = new RateLimitEntry { Remaining = -1, Limit = -1 };
        double least = double.MaxValue;
        foreach (ref readonly RateLimitEntry limit in limits)
        {
            double fraction = ProviderRoom.Fraction(limit.Remaining, limit.Limit);
            if (limit.Unit == unit && fraction < least)
            {
                scarcest = limit;
                least = fraction;
            }
        }

        return scarcest;
    }

    private static TimeSpan? ResetOf(ResponseHead head, in RateLimitEntry limit, DateTimeOffset now) =>
        !limit.Reset.IsEmpty && DelayText.TryParse(head[limit.Reset], now, out TimeSpan delay) ? delay : null;
}
