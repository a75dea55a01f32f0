using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace FastGate.Proxy.Replay;

/// <summary>The name under which a stream can be resumed: 128 random bits, as 22 characters of base64url (RFC 4648 §5).</summary>
/// <param name="Value">The bits.</param>
internal readonly record struct StreamToken(UInt128 Value)
{
    /// <summary>Characters of a token.</summary>
    internal const int Length = 22;

    /// <summary>A token that nobody can guess.</summary>
    internal static StreamToken Create()
    {
        UInt128 value = 0;
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(new Span<UInt128>(ref value)));
        return new StreamToken(value);
    }

    /// <summary>Reads a token; there is one spelling of each.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, out StreamToken token)
    {
        UInt128 value = 0;
        Span<byte> again = stackalloc byte[Length];
        bool read = text.Length == Length && Base64Url.IsValid(text)
            && Base64Url.TryDecodeFromUtf8(text, MemoryMarshal.AsBytes(new Span<UInt128>(ref value)), out int written) && written == 16;
        token = new StreamToken(value);
        if (!read)
        {
            return false;
        }

        token.Write(again);
        return text.SequenceEqual(again);
    }

    /// <summary>Writes the token: <see cref="Length"/> octets.</summary>
    internal void Write(Span<byte> destination)
    {
        UInt128 value = Value;
        Base64Url.EncodeToUtf8(MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(ref value)), destination);
    }

    /// <summary>Reads the id of an event, <c>token:number</c>, as a client gives it back in <c>Last-Event-ID</c>.</summary>
    internal static bool TryParseId(ReadOnlySpan<byte> text, out StreamToken token, out long number)
    {
        // 18 digits always fit.
        const int MostDigits = 18;
        number = 0;
        token = default;
        if (text.Length is < Length + 2 or > Length + 1 + MostDigits || text[Length] != ':' || !TryParse(text[..Length], out token))
        {
            return false;
        }

        return Utf8Parser.TryParse(text[(Length + 1)..], out number, out int used) && used == text.Length - Length - 1 && number >= 0 && text[Length + 1] is not (byte)'+' and not (byte)'-';
    }
}
