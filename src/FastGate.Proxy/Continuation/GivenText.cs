using System.Text;

namespace FastGate.Proxy.Continuation;

/// <summary>How much of a delivered text a provider is given to go on with.</summary>
/// <param name="Length">Octets from the start.</param>
/// <param name="Whole">Octets up to the end of the last whole character; what follows is half a one, and must come back with the continuation.</param>
internal readonly record struct GivenText(int Length, int Whole)
{
    /// <summary>
    /// Whole characters, and no white space at the end: providers refuse it there (Anthropic), or models go on badly from it. What they
    /// write begins with it.
    /// </summary>
    internal static GivenText Of(ReadOnlySpan<byte> delivered)
    {
        int whole = delivered.Length - HalfCharacterAtEnd(delivered);
        return new GivenText(delivered[..whole].TrimEnd(" \t\r\n"u8).Length, whole);
    }

    private static int HalfCharacterAtEnd(ReadOnlySpan<byte> text)
    {
        for (int length = 1; length <= Math.Min(3, text.Length); length++)
        {
            byte octet = text[^length];
            if ((octet & 0xC0) != 0x80)
            {
                return octet >= 0xC0 && Rune.DecodeFromUtf8(text[^length..], out _, out _) == System.Buffers.OperationStatus.NeedMoreData ? length : 0;
            }
        }

        return 0;
    }
}
