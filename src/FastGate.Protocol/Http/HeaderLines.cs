using System.Runtime.CompilerServices;

namespace FastGate.Protocol.Http;

/// <summary>The header lines of a head (RFC 9112 §5).</summary>
internal static class HeaderLines
{
    /// <summary>Reads the lines from <paramref name="position"/>, just past the start line, to the end of the head.</summary>
    public static HeadError Read(MessageHead head, ReadOnlySpan<byte> bytes, int position, int maxHeaders)
    {
        // The head ends in CRLF CRLF, so every search below finds something, and the octet after a CR can be looked at.
        while (position != bytes.Length - 2)
        {
            if (head.HeaderCount >= maxHeaders)
            {
                return HeadError.TooManyHeaders;
            }

            int colon = HeadSearch.IndexOfColon(bytes, position);
            if (colon <= position)
            {
                return Classify(bytes[position..]);
            }

            ReadOnlySpan<byte> name = bytes[position..colon];
            KnownHeader id = KnownHeaders.Lookup(name);
            if (id <= KnownHeader.XFastgateOther && name.ContainsAnyExcept(Octets.Token))
            {
                return Classify(bytes[position..]);
            }

            int start = colon + 1;
            int end = HeadSearch.IndexOfControl(bytes, start);
            if (bytes[end] != '\r' || bytes[end + 1] != '\n')
            {
                return Classify(bytes[position..]);
            }

            head.Add(new ByteSlice(position, colon - position), Octets.TrimOws(bytes, start, end), id);
            position = end + 2;
        }

        return HeadError.None;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static HeadError Classify(ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> line = LineAt(rest);
        if (line.Contains((byte)'\r'))
        {
            return HeadError.BareCarriageReturn;
        }

        if (!line.IsEmpty && Octets.IsOws(line[0]))
        {
            return HeadError.ObsFold;
        }

        int colon = line.IndexOf((byte)':');
        if (colon > 0 && Octets.IsOws(line[colon - 1]))
        {
            return HeadError.SpaceBeforeColon;
        }

        return colon <= 0 || !Octets.IsToken(line[..colon]) ? HeadError.BadHeaderName : HeadError.BadHeaderValue;
    }

    /// <summary>The first line of <paramref name="rest"/> without its CRLF.</summary>
    public static ReadOnlySpan<byte> LineAt(ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> line = rest[..rest.IndexOf((byte)'\n')];
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }
}
