namespace FastGate.Providers.Classification;

/// <summary>Reads how long to wait, in every form that providers write it in. Allocates nothing.</summary>
/// <remarks>
/// <list type="bullet">
/// <item>a number of seconds, with or without a fraction: <c>7</c>, <c>7.66</c>;</item>
/// <item>a number too large for that is a moment: from 10^9 seconds since 1970, from 10^11 milliseconds since 1970;</item>
/// <item>a duration as Go writes it: <c>1h2m3.5s</c>, <c>6m0s</c>, <c>120ms</c>, with the units <c>d h m s ms us µs ns</c>;</item>
/// <item>a moment: the three forms of HTTP, and RFC 3339.</item>
/// </list>
/// What is longer than <see cref="Longest"/> is cut down to it: a monthly quota's reset still means that waiting is in vain, but nothing
/// a provider writes may put a key out of use for weeks. A moment that has passed is no wait at all. A negative number is not read.
/// </remarks>
internal static class DelayText
{
    private const long EpochSecondsFrom = 1_000_000_000;
    private const long EpochMillisecondsFrom = 100_000_000_000;

    // More digits than any quantity here has; they fit a long.
    private const int MostDigits = 18;

    /// <summary>The longest wait that is taken at its word: 24 hours.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>Reads a delay.</summary>
    /// <param name="text">The text.</param>
    /// <param name="now">The time of day, from which moments are counted.</param>
    /// <param name="delay">The delay, 0 to <see cref="Longest"/>.</param>
    /// <returns>False when the text is none of the forms.</returns>
    internal static bool TryParse(ReadOnlySpan<byte> text, DateTimeOffset now, out TimeSpan delay)
    {
        text = text.Trim(" \t\""u8);
        if (TryQuantity(text, out Quantity number, out ReadOnlySpan<byte> unit))
        {
            if (!unit.IsEmpty)
            {
                return TryDuration(text, out delay) || TryMoment(text, now, out delay);
            }

            delay = number.Whole switch
            {
                >= EpochMillisecondsFrom => Until(number.Times(TimeSpan.TicksPerMillisecond), now),
                >= EpochSecondsFrom => Until(number.Times(TimeSpan.TicksPerSecond), now),
                _ => Clamp(number.Times(TimeSpan.TicksPerSecond)),
            };
            return true;
        }

        return TryMoment(text, now, out delay);
    }

    /// <summary>Reads a number of milliseconds.</summary>
    /// <param name="text">The text.</param>
    /// <param name="delay">The delay, 0 to <see cref="Longest"/>.</param>
    /// <returns>False when it is no number, or a negative one.</returns>
    internal static bool TryParseMilliseconds(ReadOnlySpan<byte> text, out TimeSpan delay)
    {
        delay = default;
        if (!TryQuantity(text.Trim(" \t"u8), out Quantity number, out ReadOnlySpan<byte> rest) || !rest.IsEmpty)
        {
            return false;
        }

        delay = Clamp(number.Times(TimeSpan.TicksPerMillisecond));
        return true;
    }

    private static bool TryMoment(ReadOnlySpan<byte> text, DateTimeOffset now, out TimeSpan delay)
    {
        delay = default;
        if (!HttpDate.TryParseRfc3339(text, out DateTimeOffset moment) && !HttpDate.TryParse(text, now, out moment))
        {
            return false;
        }

        delay = Clamp((moment - now).Ticks);
        return true;
    }

    private static TimeSpan Until(long ticksSince1970, DateTimeOffset now) => Clamp(ticksSince1970 - (now - DateTimeOffset.UnixEpoch).Ticks);

    private static TimeSpan Clamp(long ticks) => new(Math.Clamp(ticks, 0, Longest.Ticks));

    private static bool TryDuration(ReadOnlySpan<byte> text, out TimeSpan delay)
    {
        delay = default;
        long ticks = 0;
        while (!text.IsEmpty)
        {
            if (!TryQuantity(text, out Quantity number, out text))
            {
                return false;
            }

            long unit = UnitOf(text, out int length);
            if (unit < 0)
            {
                return false;
            }

            // Nanoseconds count for nothing here. Each part is cut down, so that the sum cannot overflow.
            ticks = Math.Min(ticks + Math.Min(number.Times(unit), Longest.Ticks), Longest.Ticks);
            text = text[length..];
        }

        delay = new TimeSpan(ticks);
        return true;
    }

    /// <summary>Ticks of the unit at the start of the text; -1 when there is none.</summary>
    private static long UnitOf(ReadOnlySpan<byte> text, out int length)
    {
        length = 2;
        if (text.StartsWith("ms"u8))
        {
            return TimeSpan.TicksPerMillisecond;
        }

        if (text.StartsWith("us"u8))
        {
            return TimeSpan.TicksPerMicrosecond;
        }

        if (text.StartsWith("ns"u8))
        {
            return 0;
        }

        if (text.StartsWith("µs"u8))
        {
            length = 3;
            return TimeSpan.TicksPerMicrosecond;
        }

        length = 1;
        return text.IsEmpty ? -1 : text[0] switch
        {
            (byte)'s' => TimeSpan.TicksPerSecond,
            (byte)'m' => TimeSpan.TicksPerMinute,
            (byte)'h' => TimeSpan.TicksPerHour,
            (byte)'d' => TimeSpan.TicksPerDay,
            _ => -1,
        };
    }

    /// <summary>Digits, perhaps with a point and more digits, at the start of the text.</summary>
    private static bool TryQuantity(ReadOnlySpan<byte> text, out Quantity quantity, out ReadOnlySpan<byte> rest)
    {
        int whole = CountDigits(text);
        rest = text[whole..];
        quantity = default;
        if (whole is 0 or > MostDigits)
        {
            return false;
        }

        long fraction = 0;
        if (rest.Length > 1 && rest[0] == '.')
        {
            int digits = CountDigits(rest[1..]);
            for (int i = 0; i < Quantity.FractionDigits; i++)
            {
                fraction = (fraction * 10) + (i < digits ? rest[1 + i] - '0' : 0);
            }

            rest = digits == 0 ? rest : rest[(1 + digits)..];
        }

        long value = 0;
        foreach (byte digit in text[..whole])
        {
            value = (value * 10) + (digit - '0');
        }

        quantity = new Quantity(value, fraction);
        return true;
    }

    private static int CountDigits(ReadOnlySpan<byte> text)
    {
        int count = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return count < 0 ? text.Length : count;
    }

    /// <summary>A number with a fraction.</summary>
    /// <param name="Whole">The digits before the point.</param>
    /// <param name="Fraction">The first seven behind it, in units of 10^-7.</param>
    private readonly record struct Quantity(long Whole, long Fraction)
    {
        internal const int FractionDigits = 7;

        /// <summary>The number times a unit; the largest number there is when it would not fit.</summary>
        internal long Times(long unit)
        {
            // The fraction is below 10^7 and no unit above a day's 8.64 * 10^11 ticks: their product fits.
            long fraction = Fraction * unit / 10_000_000;
            bool fits = Math.BigMul(Whole, unit, out long product) == 0 && product >= 0 && product <= long.MaxValue - fraction;
            return fits ? product + fraction : long.MaxValue;
        }
    }
}
