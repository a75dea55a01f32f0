using System.Buffers;
using System.Runtime.CompilerServices;

namespace FastGate.Protocol.Http;

/// <summary>Parses the heads of HTTP/1.0 and HTTP/1.1 responses, as strictly as requests.</summary>
public static class ResponseParser
{
    /// <summary>Parses the head at the start of a buffer.</summary>
    /// <remarks>
    /// 1. Find the end of the head. 2. Read the status line; the space before an empty reason may be missing, as many servers leave
    /// it out. 3. Read the header lines. 4. Decide on framing and persistence.
    /// </remarks>
    /// <param name="buffer">The input. After <see cref="ParseStatus.Incomplete"/>: the same octets again with more after them.</param>
    /// <param name="head">Where the result goes; must have been <see cref="MessageHead.Reset"/> since the last result.</param>
    /// <param name="limits">Bounds, the same for all calls for one head.</param>
    /// <param name="requestVerb">The method of the request this answers: a response to HEAD has no body (RFC 9112 §6.3).</param>
    /// <returns>Complete: consume <see cref="MessageHead.Length"/> octets. Invalid: see <see cref="MessageHead.Error"/>.</returns>
    /// <exception cref="InvalidOperationException">The head was not reset.</exception>
    public static ParseStatus TryParse(in ReadOnlySequence<byte> buffer, ResponseHead head, in HeadLimits limits, HttpVerb requestVerb)
    {
        // 1.
        ParseStatus status = head.Locate(buffer, limits.MaxBytes, skipEmptyLine: false);
        if (status != ParseStatus.Complete)
        {
            return status;
        }

        // 2.
        ReadOnlySpan<byte> bytes = head.Bytes;
        HeadError error = ReadStatusLine(head, bytes, out int next);
        if (error == HeadError.None)
        {
            // 3.
            error = HeaderLines.Read(head, bytes, next, limits.MaxHeaders);
            if (error == HeadError.None)
            {
                // 4.
                error = ApplyFields(head, bytes, requestVerb);
                if (error == HeadError.None)
                {
                    return ParseStatus.Complete;
                }
            }
        }

        return head.Refuse(error);
    }

    private static HeadError ReadStatusLine(ResponseHead head, ReadOnlySpan<byte> bytes, out int next)
    {
        next = 0;
        int minor = bytes.StartsWith("HTTP/1.1 "u8) ? 1 : bytes.StartsWith("HTTP/1.0 "u8) ? 0 : -1;
        if (minor < 0 || bytes.Length < 16)
        {
            return Classify(bytes);
        }

        uint hundreds = bytes[9] - (uint)'0';
        uint tens = bytes[10] - (uint)'0';
        uint ones = bytes[11] - (uint)'0';
        if (hundreds - 1 > 8 || tens > 9 || ones > 9)
        {
            return Classify(bytes);
        }

        int end = 12 + bytes[12..].IndexOfAny(Octets.Control);
        if (bytes[end] != '\r' || bytes[end + 1] != '\n' || (end > 12 && bytes[12] != ' '))
        {
            return Classify(bytes);
        }

        head.Minor = minor;
        head.Status = (int)((hundreds * 100) + (tens * 10) + ones);
        head.Reason = end > 13 ? new ByteSlice(13, end - 13) : default;
        next = end + 2;
        return HeadError.None;
    }

    private static HeadError ApplyFields(ResponseHead head, ReadOnlySpan<byte> bytes, HttpVerb requestVerb)
    {
        var framing = default(FramingFields);
        foreach (ref readonly HeaderField field in head.Fields)
        {
            framing.Note(field);
        }

        HeadError error = framing.Apply(head, bytes);
        if (error != HeadError.None)
        {
            return error;
        }

        bool keepAlive = head.Minor == 1;
        if (head.Has(KnownHeader.Connection) && !FieldRules.ApplyConnection(bytes, head.Fields, ref keepAlive))
        {
            return HeadError.TooManyConnectionOptions;
        }

        if (requestVerb == HttpVerb.Head || head.Status is < 200 or 204 or 304)
        {
            head.Framing = BodyFraming.None;
        }
        else if (head.Framing == BodyFraming.None)
        {
            head.Framing = BodyFraming.UntilClose;
            keepAlive = false;
        }

        // Chunks from HTTP/1.0 can be read, but framing of that origin is not to be trusted for a second message (RFC 9112 §6.1).
        head.KeepAlive = keepAlive && !(framing.HasCoding && head.Minor == 0);
        return HeadError.None;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static HeadError Classify(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> line = HeaderLines.LineAt(bytes);
        if (line.Contains((byte)'\r'))
        {
            return HeadError.BareCarriageReturn;
        }

        return line.Length > 8 && line[8] == ' ' && StartLines.IsVersion(line[..8]) &&
            !line.StartsWith("HTTP/1.1"u8) && !line.StartsWith("HTTP/1.0"u8)
            ? HeadError.UnsupportedVersion
            : HeadError.BadStatusLine;
    }
}
