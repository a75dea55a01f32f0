using System.Buffers.Text;

namespace FastGate.Load.Http;

/// <summary>The framing fields of a message head, which is all of HTTP that a load generator and its upstream act on (RFC 9112 §6).</summary>
internal struct MessageHead
{
    /// <summary>Content-Length, or -1 when there is none.</summary>
    public long ContentLength;

    /// <summary>The body is chunked.</summary>
    public bool Chunked;

    /// <summary>The sender will close the connection after this message.</summary>
    public bool Close;

    /// <summary>Where the head ends (just past the empty line) in <paramref name="bytes"/>, or -1.</summary>
    public static int EndOf(ReadOnlySpan<byte> bytes)
    {
        int at = bytes.IndexOf("\r\n\r\n"u8);
        return at < 0 ? -1 : at + 4;
    }

    /// <summary>Reads the header fields that follow the start line. False when the framing is contradictory or unreadable.</summary>
    /// <param name="fields">From the byte after the start line's CR LF to the end of the head.</param>
    /// <param name="head">What was found.</param>
    public static bool TryRead(ReadOnlySpan<byte> fields, out MessageHead head)
    {
        head = new MessageHead { ContentLength = -1 };
        while (fields.Length > 2)
        {
            int end = fields.IndexOf("\r\n"u8);
            ReadOnlySpan<byte> line = fields[..end];
            fields = fields[(end + 2)..];
            int colon = line.IndexOf((byte)':');
            if (colon <= 0)
            {
                return false;
            }

            ReadOnlySpan<byte> name = line[..colon];
            ReadOnlySpan<byte> value = line[(colon + 1)..].Trim(" \t"u8);
            if (Is(name, "content-length"u8))
            {
                if (!Utf8Parser.TryParse(value, out long length, out int used) || used != value.Length || length < 0 || head.ContentLength >= 0)
                {
                    return false;
                }

                head.ContentLength = length;
            }
            else if (Is(name, "transfer-encoding"u8))
            {
                if (!Is(value, "chunked"u8))
                {
                    return false;
                }

                head.Chunked = true;
            }
            else if (Is(name, "connection"u8))
            {
                head.Close |= Is(value, "close"u8);
            }
        }

        // Both at once is request smuggling or a broken peer (RFC 9112 §6.3).
        return !(head.Chunked && head.ContentLength >= 0);
    }

    private static bool Is(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => System.Text.Ascii.EqualsIgnoreCase(a, b);
}
