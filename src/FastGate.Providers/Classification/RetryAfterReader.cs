using FastGate.Protocol.Http;

namespace FastGate.Providers.Classification;

/// <summary>Reads from a response head how long the provider asks to wait. Allocates nothing.</summary>
public static class RetryAfterReader
{
    /// <summary>Reads the wait, from the first of these that can be read:</summary>
    /// <remarks>
    /// 1. <c>retry-after-ms</c>, milliseconds: the finest (OpenAI, Azure).
    /// 2. <c>Retry-After</c> (RFC 9110 §10.2.3): seconds, also with a fraction, or a date in any of HTTP's three forms.
    /// 3. With a 429 only: the resets of the rate limits, as <c>x-ratelimit-reset-tokens: 6m0s</c> or
    /// <c>anthropic-ratelimit-requests-reset: 2026-11-21T08:00:00Z</c>. Of these the limits count of which nothing is left, and the longest
    /// of their resets, for the request needs all of them; where no field says that nothing is left, the limits that do not say what is
    /// left; a limit that has something left did not refuse the request.
    /// A wait of more than 24 hours counts as 24 hours, a moment that has passed as no wait; what is negative or cannot be read is passed over.
    /// </remarks>
    /// <param name="head">The head.</param>
    /// <param name="now">The time of day, against which dates are read.</param>
    /// <returns>The wait, 0 to 24 hours; <c>null</c> when the head asks for none.</returns>
    public static TimeSpan? Read(ResponseHead head, DateTimeOffset now)
    {
        if (head.TryGet(KnownHeader.RetryAfterMs, out ReadOnlySpan<byte> value) && DelayText.TryParseMilliseconds(value, out TimeSpan delay))
        {
            return delay;
        }

        if (head.TryGet(KnownHeader.RetryAfter, out value) && DelayText.TryParse(value, now, out delay))
        {
            return delay;
        }

        int first = head.Status == 429 ? RateLimitFields.IndexOfFirst(head) : -1;
        return first < 0 ? null : LongestReset(head, first, now);
    }

    private static TimeSpan? LongestReset(ResponseHead head, int first, DateTimeOffset now)
    {
        RateLimitFields.Read(head, first, out RateLimitFields fields);
        TimeSpan? ofExhausted = null;
        TimeSpan? ofUnknown = null;
        foreach (ref readonly RateLimitEntry limit in fields.All)
        {
            if (limit.Remaining > 0 || limit.Reset.IsEmpty || !DelayText.TryParse(head[limit.Reset], now, out TimeSpan delay))
            {
                continue;
            }

            ref TimeSpan? longest = ref limit.Remaining == 0 ? ref ofExhausted : ref ofUnknown;
            longest = delay > (longest ?? TimeSpan.MinValue) ? delay : longest;
        }

        return ofExhausted ?? ofUnknown;
    }
}
