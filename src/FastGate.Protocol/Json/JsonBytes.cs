using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FastGate.Protocol.Json;

/// <summary>Byte classes of RFC 8259 and the searches for them that every reader here shares.</summary>
internal static class JsonBytes
{
    private static readonly SearchValues<byte> StringStops = SearchValues.Create(
    [
        0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F,
        0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1C, 0x1D, 0x1E, 0x1F,
        (byte)'"', (byte)'\\',
    ]);

    /// <summary>RFC 8259 §2: space, tab, LF, CR.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsWhitespace(byte value) => value <= 0x20 && ((0x1_0000_2600UL >> value) & 1) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsDigit(byte value) => (uint)(value - '0') <= 9;

    /// <summary>The value of a hexadecimal digit, or -1.</summary>
    public static int HexValue(byte value) => value switch
    {
        >= (byte)'0' and <= (byte)'9' => value - '0',
        >= (byte)'a' and <= (byte)'f' => value - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => value - 'A' + 10,
        _ => -1,
    };

    /// <summary>The octet a two-character escape stands for (RFC 8259 §7), or -1; <c>u</c> is not among them.</summary>
    public static int SimpleEscape(byte value) => value switch
    {
        (byte)'"' or (byte)'\\' or (byte)'/' => value,
        (byte)'b' => '\b',
        (byte)'f' => '\f',
        (byte)'n' => '\n',
        (byte)'r' => '\r',
        (byte)'t' => '\t',
        _ => -1,
    };

    /// <summary>
    /// Where the first quote, backslash or control character is, at or after <paramref name="start"/>; -1 when there is none. Most strings
    /// of these protocols are a dozen octets long, so one 16-octet compare is done here, inline, before the general search is called.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int IndexOfStringStop(ReadOnlySpan<byte> text, int start)
    {
        if (HasWindow(text, start))
        {
            uint stops = StringStopsAt(text, start);
            if (stops != 0)
            {
                return start + BitOperations.TrailingZeroCount(stops);
            }

            start += Vector128<byte>.Count;
        }

        return SearchStringStop(text, start);
    }

    /// <summary>Whether 16 octets can be looked at in one compare, from <paramref name="start"/>, which is not negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool HasWindow(ReadOnlySpan<byte> text, int start) => Vector128.IsHardwareAccelerated && text.Length - start >= Vector128<byte>.Count;

    /// <summary>The quotes, backslashes and control characters among 16 octets, a bit each, the first one's lowest. <see cref="HasWindow"/> was asked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint StringStopsAt(ReadOnlySpan<byte> text, int start) =>
        StopsAmong(Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)start)).ExtractMostSignificantBits();

    /// <summary>How many digits 16 octets begin with, 0 to 16. <see cref="HasWindow"/> was asked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int DigitsAt(ReadOnlySpan<byte> text, int start)
    {
        Vector128<byte> values = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)start) - Vector128.Create((byte)'0');
        uint digits = Vector128.Equals(Vector128.Min(values, Vector128.Create((byte)9)), values).ExtractMostSignificantBits();
        return BitOperations.TrailingZeroCount(~digits);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int SearchStringStop(ReadOnlySpan<byte> text, int start)
    {
        // Prompts are long. The library's search takes 25 instructions for 16 octets where it is compiled ahead for any processor, this one 11,
        // and its call for the last few octets another hundred.
        const int Step = 32;
        ref byte first = ref MemoryMarshal.GetReference(text);
        while (Vector128.IsHardwareAccelerated && text.Length - start >= Step)
        {
            Vector128<byte> low = StopsAmong(Vector128.LoadUnsafe(ref first, (nuint)start));
            Vector128<byte> high = StopsAmong(Vector128.LoadUnsafe(ref first, (nuint)(start + Vector128<byte>.Count)));
            if ((low | high) != Vector128<byte>.Zero)
            {
                uint stops = low.ExtractMostSignificantBits() | (high.ExtractMostSignificantBits() << Vector128<byte>.Count);
                return start + BitOperations.TrailingZeroCount(stops);
            }

            start += Step;
        }

        int last = text.Length - Vector128<byte>.Count;
        if (!Vector128.IsHardwareAccelerated || last < 0)
        {
            int found = text[start..].IndexOfAny(StringStops);
            return found < 0 ? -1 : start + found;
        }

        for (; start < text.Length; start += Vector128<byte>.Count)
        {
            // What would reach past the end is read again from before it instead, and shifted out.
            int from = Math.Min(start, last);
            uint stops = StringStopsAt(text, from) >> (start - from);
            if (stops != 0)
            {
                return start + BitOperations.TrailingZeroCount(stops);
            }
        }

        return -1;
    }

    // With one bit turned over the quote lies next to the control characters, and one compare finds them all.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> StopsAmong(Vector128<byte> octets)
    {
        Vector128<byte> turned = octets ^ Vector128.Create((byte)0x02);
        return Vector128.Equals(Vector128.Min(turned, Vector128.Create((byte)0x20)), turned) | Vector128.Equals(octets, Vector128.Create((byte)'\\'));
    }
}
