using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace FastGate.Protocol.Http;

/// <summary>
/// The searches that every head takes, and the two that each of its lines takes. Names and values are a dozen octets long, so a compare or two are
/// done here, inline; a call of the general search costs more than the search.
/// </summary>
internal static class HeadSearch
{
    /// <summary>Where the first colon is, at or after <paramref name="start"/>, which is not negative; -1 when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int IndexOfColon(ReadOnlySpan<byte> text, int start)
    {
        if (Vector128.IsHardwareAccelerated && text.Length - start >= Vector128<byte>.Count)
        {
            var octets = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)start);
            uint colons = Vector128.Equals(octets, Vector128.Create((byte)':')).ExtractMostSignificantBits();
            if (colons != 0)
            {
                return start + BitOperations.TrailingZeroCount(colons);
            }
        }

        return SearchColon(text, start);
    }

    /// <summary>Where the first control octet but HTAB is (<see cref="Octets.Control"/>), at or after <paramref name="start"/>; -1 when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int IndexOfControl(ReadOnlySpan<byte> text, int start)
    {
        int last = text.Length - Vector128<byte>.Count;
        if (!Vector128.IsHardwareAccelerated || last < 0)
        {
            return SearchControl(text, start);
        }

        while (start < text.Length)
        {
            // What would reach past the end is read again from before it instead, and shifted out.
            int from = Math.Min(start, last);
            var octets = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(text), (nuint)from);
            var below = Vector128.Equals(Vector128.Min(octets, Vector128.Create((byte)0x1F)), octets);
            Vector128<byte> controls = Vector128.AndNot(below, Vector128.Equals(octets, Vector128.Create((byte)'\t')))
                | Vector128.Equals(octets, Vector128.Create((byte)0x7F));
            uint found = controls.ExtractMostSignificantBits() >> (start - from);
            if (found != 0)
            {
                return start + BitOperations.TrailingZeroCount(found);
            }

            start += Vector128<byte>.Count;
        }

        return -1;
    }

    /// <summary>Where the CRLF CRLF that ends a head begins; -1 when there is none.</summary>
    internal static int IndexOfEnd(ReadOnlySpan<byte> text)
    {
        ref byte start = ref MemoryMarshal.GetReference(text);
        int position = 0;

        // Of the two octets before those looked at: the line feeds among them.
        uint feedsBefore = 0;
        while (Vector128.IsHardwareAccelerated && text.Length - position >= Vector128<byte>.Count)
        {
            uint feeds = Vector128.Equals(Vector128.LoadUnsafe(ref start, (nuint)position), Vector128.Create((byte)'\n')).ExtractMostSignificantBits();
            for (uint pairs = feeds & ((feeds << 2) | feedsBefore); pairs != 0; pairs &= pairs - 1)
            {
                int end = position + BitOperations.TrailingZeroCount(pairs);
                if (end >= 3 && text[end - 1] == '\r' && text[end - 3] == '\r')
                {
                    return end - 3;
                }
            }

            feedsBefore = feeds >> (Vector128<byte>.Count - 2);
            position += Vector128<byte>.Count;
        }

        int from = Math.Max(position - 3, 0);
        int found = text[from..].IndexOf("\r\n\r\n"u8);
        return found < 0 ? -1 : from + found;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int SearchColon(ReadOnlySpan<byte> text, int start)
    {
        int found = text[start..].IndexOf((byte)':');
        return found < 0 ? -1 : start + found;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int SearchControl(ReadOnlySpan<byte> text, int start)
    {
        int found = text[start..].IndexOfAny(Octets.Control);
        return found < 0 ? -1 : start + found;
    }
}
