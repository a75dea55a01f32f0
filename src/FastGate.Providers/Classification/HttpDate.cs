using System.Text;

namespace FastGate.Providers.Classification;

/// <summary>Reads a moment as HTTP writes it (RFC 9110 §5.6.7, all three forms) and as JSON APIs do (RFC 3339). Allocates nothing.</summary>
internal static class HttpDate
{
    /// <summary>
    /// Reads <c>Sun, 06 Nov 1994 08:49:37 GMT</c>, <c>Sunday, 06-Nov-94 08:49:37 GMT</c> or <c>Sun Nov  6 08:49:37 1994</c>. The name of the
    /// day is not checked.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="now">The time of day, which tells the century of a year of two digits: none lies more than 50 years ahead.</param>
    /// <param name="moment">The moment.</param>
    internal static bool TryParse(ReadOnlySpan<byte> text, DateTimeOffset now, out DateTimeOffset moment)
    {
        moment = default;
        int comma = text.IndexOf((byte)',');
        if (comma < 0)
        {
            // asctime: Sun Nov  6 08:49:37 1994. The day is padded with a space.
            return text.Length == 24 && TryDigits(text.Slice(8, 2).TrimStart((byte)' '), out int monthDay) && TryDigits(text[20..], out int inYear)
                && TryMake(inYear, MonthOf(text.Slice(4, 3)), monthDay, text.Slice(11, 8), out moment);
        }

        ReadOnlySpan<byte> rest = text[(comma + 1)..];
        if (rest.Length < 6 || !rest.EndsWith(" GMT"u8) || rest[0] != ' ')
        {
            return false;
        }

        rest = rest[1..^4];
        if (rest.Length == 20)
        {
            return TryDigits(rest[..2], out int day) && TryDigits(rest.Slice(7, 4), out int year)
                && TryMake(year, MonthOf(rest.Slice(3, 3)), day, rest[12..], out moment);
        }

        return rest.Length == 18 && TryDigits(rest[..2], out int oldDay) && TryDigits(rest.Slice(7, 2), out int shortYear)
            && TryMake(FullYear(shortYear, now), MonthOf(rest.Slice(3, 3)), oldDay, rest[10..], out moment);
    }

    /// <summary>Reads <c>1994-11-06T08:49:37Z</c>, with or without a fraction of a second, at any offset (RFC 3339 §5.6).</summary>
    /// <param name="text">The text.</param>
    /// <param name="moment">The moment.</param>
    internal static bool TryParseRfc3339(ReadOnlySpan<byte> text, out DateTimeOffset moment)
    {
        moment = default;
        if (text.Length < 20 || text[4] != '-' || text[7] != '-' || text[10] is not ((byte)'T' or (byte)'t' or (byte)' ')
            || !TryDigits(text[..4], out int year) || !TryDigits(text.Slice(5, 2), out int month) || !TryDigits(text.Slice(8, 2), out int day)
            || !TryMake(year, month, day, text.Slice(11, 8), out DateTimeOffset second))
        {
            return false;
        }

        ReadOnlySpan<byte> rest = text[19..];
        long ticks = 0;
        if (rest[0] == '.')
        {
            long unit = TimeSpan.TicksPerSecond;
            for (rest = rest[1..]; !rest.IsEmpty && rest[0] is >= (byte)'0' and <= (byte)'9'; rest = rest[1..])
            {
                unit /= 10;
                ticks += (rest[0] - '0') * unit;
            }
        }

        if (!TryOffset(rest, out int minutes))
        {
            return false;
        }

        // Near the ends of the calendar the offset may lead out of it.
        long utc = second.Ticks + ticks - (minutes * TimeSpan.TicksPerMinute);
        if (utc < 0 || utc > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        moment = new DateTimeOffset(utc, TimeSpan.Zero);
        return true;
    }

    private static bool TryOffset(ReadOnlySpan<byte> text, out int minutes)
    {
        minutes = 0;
        if (text.Length == 1)
        {
            return text[0] is (byte)'Z' or (byte)'z';
        }

        if (text.Length != 6 || text[0] is not ((byte)'+' or (byte)'-') || text[3] != ':'
            || !TryDigits(text.Slice(1, 2), out int hours) || !TryDigits(text[4..], out minutes))
        {
            return false;
        }

        minutes += hours * 60;
        minutes = text[0] == '-' ? -minutes : minutes;
        return hours < 24;
    }

    private static bool TryMake(int year, int month, int day, ReadOnlySpan<byte> time, out DateTimeOffset moment)
    {
        moment = default;
        if (year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || time.Length != 8 || time[2] != ':' || time[5] != ':'
            || !TryDigits(time[..2], out int hour) || !TryDigits(time.Slice(3, 2), out int minute) || !TryDigits(time[6..], out int second)
            || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        // A leap second is taken for the one before it.
        moment = new DateTimeOffset(year, month, day, hour, minute, Math.Min(second, 59), TimeSpan.Zero);
        return true;
    }

    private static int FullYear(int shortYear, DateTimeOffset now)
    {
        int year = (now.Year / 100 * 100) + shortYear;
        return year > now.Year + 50 ? year - 100 : year;
    }

    private static int MonthOf(ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> names = "JanFebMarAprMayJunJulAugSepOctNovDec"u8;
        for (int month = 1; month <= 12; month++)
        {
            if (Ascii.EqualsIgnoreCase(name, names.Slice((month - 1) * 3, 3)))
            {
                return month;
            }
        }

        return 0;
    }

    private static bool TryDigits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (byte digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            value = (value * 10) + (digit - '0');
        }

        return !text.IsEmpty;
    }
}
