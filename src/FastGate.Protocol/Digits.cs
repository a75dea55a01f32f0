namespace FastGate.Protocol;

/// <summary>Numbers written in decimal digits and nothing else.</summary>
internal static class Digits
{
    // So many digits fit 63 bits whatever they are.
    private const int LongestSafe = 18;

    /// <summary>Reads a number below 2^63, such as a Content-Length (RFC 9110 §8.6).</summary>
    /// <param name="text">One digit or more; no sign.</param>
    /// <param name="value">The number; means nothing when it was none.</param>
    public static bool TryRead(ReadOnlySpan<byte> text, out long value)
    {
        // Not in the caller's memory, which every digit would be written to.
        long number = 0;
        bool mayOverflow = text.Length > LongestSafe;
        foreach (byte octet in text)
        {
            int digit = octet - '0';
            if ((uint)digit > 9 || (mayOverflow && number > (long.MaxValue - digit) / 10))
            {
                value = 0;
                return false;
            }

            number = (number * 10) + digit;
        }

        value = number;
        return !text.IsEmpty;
    }
}
