using System.Runtime.CompilerServices;
using System.Text;

namespace FastGate.Protocol.Http;

/// <summary>What the fields that steer a connection mean: Connection, Host, Content-Length, Transfer-Encoding.</summary>
internal static class FieldRules
{
    /// <summary>Naming fields in Connection costs a pass over the fields for each name, so their number is bounded.</summary>
    public const int MaxConnectionOptions = 32;

    private const ulong HopByHop =
        (1UL << (int)KnownHeader.Connection) | (1UL << (int)KnownHeader.KeepAlive) | (1UL << (int)KnownHeader.ProxyConnection) |
        (1UL << (int)KnownHeader.ProxyAuthenticate) | (1UL << (int)KnownHeader.ProxyAuthorization) | (1UL << (int)KnownHeader.TE) |
        (1UL << (int)KnownHeader.Trailer) | (1UL << (int)KnownHeader.TransferEncoding) | (1UL << (int)KnownHeader.Upgrade);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsHopByHop(KnownHeader id) => (HopByHop & (1UL << (int)id)) != 0;

    /// <summary>Judges a Transfer-Encoding value (RFC 9112 §6.1).</summary>
    public static HeadError CheckTransferEncoding(ReadOnlySpan<byte> value)
        => Ascii.EqualsIgnoreCase(value, "chunked"u8) ? HeadError.None : ClassifyTransferEncoding(value);

    /// <summary>True for uri-host [ ":" port ] (RFC 9110 §4.2, RFC 3986 §3.2.2) with a host that is not empty.</summary>
    public static bool IsAuthority(ReadOnlySpan<byte> value)
    {
        int end;
        if (value.StartsWith("["u8))
        {
            int close = value.IndexOf((byte)']');
            if (close < 0 || !IsAddress(value[1..close]))
            {
                return false;
            }

            end = close + 1;
        }
        else
        {
            end = value.IndexOfAnyExcept(Octets.RegisteredName);
            while (end >= 0 && value[end] == '%')
            {
                if (end + 2 >= value.Length || !char.IsAsciiHexDigit((char)value[end + 1]) || !char.IsAsciiHexDigit((char)value[end + 2]))
                {
                    return false;
                }

                int more = value[(end + 3)..].IndexOfAnyExcept(Octets.RegisteredName);
                end = more < 0 ? -1 : end + 3 + more;
            }

            if (end < 0)
            {
                return !value.IsEmpty;
            }
        }

        return end > 0 && (end == value.Length || IsPort(value[end..]));
    }

    /// <summary>Applies the Connection fields: persistence, and which other fields concern this connection only.</summary>
    /// <param name="bytes">The octets of the head.</param>
    /// <param name="fields">The fields of the head.</param>
    /// <param name="keepAlive">In: what the version implies. Out: what the fields make of it; close wins.</param>
    /// <returns>False if there are too many options.</returns>
    public static bool ApplyConnection(ReadOnlySpan<byte> bytes, Span<HeaderField> fields, ref bool keepAlive)
    {
        bool close = false;
        bool keep = false;
        int options = 0;
        for (int i = 0; i < fields.Length; i++)
        {
            if (fields[i].Id != KnownHeader.Connection)
            {
                continue;
            }

            ReadOnlySpan<byte> rest = bytes.Slice(fields[i].Value.Offset, fields[i].Value.Length);
            while (!rest.IsEmpty)
            {
                // What nearly every provider says: no list to take apart.
                bool keepsAlive = KnownHeaders.Lookup(rest) == KnownHeader.KeepAlive;
                int comma = keepsAlive ? -1 : rest.IndexOf((byte)',');
                ReadOnlySpan<byte> option = Octets.TrimOws(comma < 0 ? rest : rest[..comma]);
                rest = comma < 0 ? default : rest[(comma + 1)..];
                if (option.IsEmpty)
                {
                    continue;
                }

                if (++options > MaxConnectionOptions)
                {
                    return false;
                }

                if (keepsAlive || KnownHeaders.Lookup(option) == KnownHeader.KeepAlive)
                {
                    // It names a field too, but one that never goes further.
                    keep = true;
                    continue;
                }

                close |= Ascii.EqualsIgnoreCase(option, "close"u8);
                Nominate(bytes, fields, option);
            }
        }

        keepAlive = !close && (keep || keepAlive);
        return true;
    }

    private static void Nominate(ReadOnlySpan<byte> bytes, Span<HeaderField> fields, ReadOnlySpan<byte> name)
    {
        foreach (ref HeaderField field in fields)
        {
            if (field.Name.Length == name.Length && Ascii.EqualsIgnoreCase(bytes.Slice(field.Name.Offset, name.Length), name))
            {
                field = field with { HopByHop = true };
            }
        }
    }

    // RFC 9112 §6.1: an unknown coding deserves 501. Only a list of plain tokens with nothing wrong in it counts as such.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static HeadError ClassifyTransferEncoding(ReadOnlySpan<byte> value)
    {
        bool afterChunked = false;
        while (true)
        {
            int comma = value.IndexOf((byte)',');
            ReadOnlySpan<byte> coding = Octets.TrimOws(comma < 0 ? value : value[..comma]);
            if (!Octets.IsToken(coding) || afterChunked)
            {
                return HeadError.BadTransferEncoding;
            }

            if (comma < 0)
            {
                return HeadError.UnsupportedTransferEncoding;
            }

            afterChunked = Ascii.EqualsIgnoreCase(coding, "chunked"u8);
            value = value[(comma + 1)..];
        }
    }

    // The shape of an address is enough here: nothing is connected to because of it.
    private static bool IsAddress(ReadOnlySpan<byte> text)
    {
        foreach (byte octet in text)
        {
            if (!char.IsAsciiHexDigit((char)octet) && octet is not ((byte)':' or (byte)'.'))
            {
                return false;
            }
        }

        return text.Contains((byte)':');
    }

    private static bool IsPort(ReadOnlySpan<byte> text)
        => text[0] == ':' && text.Length <= 6 && (text.Length == 1 || (Digits.TryRead(text[1..], out long port) && port <= ushort.MaxValue));
}
