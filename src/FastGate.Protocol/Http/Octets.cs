using System.Buffers;
using System.Runtime.CompilerServices;

namespace FastGate.Protocol.Http;

/// <summary>The octet classes of RFC 9110 §5 and RFC 3986, for vectored scanning.</summary>
internal static class Octets
{
    /// <summary>tchar (RFC 9110 §5.6.2).</summary>
    public static readonly SearchValues<byte> Token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>What a field value or a reason phrase may not hold, CR and LF among them: every control octet but HTAB.</summary>
    public static readonly SearchValues<byte> Control = SearchValues.Create(
        "\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000A\u000B\u000C\u000D\u000E\u000F"u8 +
        "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F\u007F"u8);

    /// <summary>What a request target may hold: visible ASCII, except the mark of a fragment, which is never sent (RFC 9110 §7.1).</summary>
    public static readonly SearchValues<byte> Target = SearchValues.Create(
        "!\"$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    /// <summary>unreserved and sub-delims (RFC 3986 §2.2, §2.3): what a registered name may hold besides percent-encodings.</summary>
    public static readonly SearchValues<byte> RegisteredName = SearchValues.Create(
        "!$&'()*+,-.0123456789;=ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~"u8);

    public static bool IsOws(byte octet) => octet is (byte)' ' or (byte)'\t';

    public static bool IsDigit(byte octet) => (uint)(octet - '0') <= 9;

    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(Token);

    /// <summary>Strips optional white space (RFC 9110 §5.6.3) from both ends.</summary>
    public static ReadOnlySpan<byte> TrimOws(ReadOnlySpan<byte> text)
    {
        ByteSlice trimmed = TrimOws(text, 0, text.Length);
        return text.Slice(trimmed.Offset, trimmed.Length);
    }

    /// <summary>The same for a part of a text, from <paramref name="start"/> to before <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ByteSlice TrimOws(ReadOnlySpan<byte> text, int start, int end)
    {
        while (start < end && IsOws(text[start]))
        {
            start++;
        }

        while (end > start && IsOws(text[end - 1]))
        {
            end--;
        }

        return new ByteSlice(start, end - start);
    }
}
