using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace FastGate.Protocol.Http;

/// <summary>Parses the heads of HTTP/1.0 and HTTP/1.1 requests, strictly (RFC 9110, RFC 9112): what could be read in two ways is refused.</summary>
public static class RequestParser
{
    /// <summary>Parses the head at the start of a buffer.</summary>
    /// <remarks>
    /// 1. Find the end of the head. 2. Read the request line. 3. Read the header lines. 4. Apply the rules for the fields that steer
    /// the connection. One empty line before the head is let go and counts towards its length (RFC 9112 §2.2).
    /// </remarks>
    /// <param name="buffer">The input. After <see cref="ParseStatus.Incomplete"/>: the same octets again with more after them.</param>
    /// <param name="head">Where the result goes; must have been <see cref="MessageHead.Reset"/> since the last result.</param>
    /// <param name="limits">Bounds, the same for all calls for one head.</param>
    /// <returns>Complete: consume <see cref="MessageHead.Length"/> octets. Invalid: see <see cref="MessageHead.Error"/>.</returns>
    /// <exception cref="InvalidOperationException">The head was not reset.</exception>
    public static ParseStatus TryParse(in ReadOnlySequence<byte> buffer, RequestHead head, in HeadLimits limits)
    {
        // 1.
        ParseStatus status = head.Locate(buffer, limits.MaxBytes, skipEmptyLine: true);
        if (status != ParseStatus.Complete)
        {
            return status;
        }

        // 2.
        ReadOnlySpan<byte> bytes = head.Bytes;
        int start = bytes[0] == '\r' && bytes[1] == '\n' ? 2 : 0;
        HeadError error = ReadRequestLine(head, bytes, start, out int next);
        if (error == HeadError.None)
        {
            // 3.
            error = HeaderLines.Read(head, bytes, next, limits.MaxHeaders);
            if (error == HeadError.None)
            {
                // 4.
                error = ApplyFields(head, bytes);
                if (error == HeadError.None)
                {
                    return ParseStatus.Complete;
                }
            }
        }

        return head.Refuse(error);
    }

    private static HeadError ReadRequestLine(RequestHead head, ReadOnlySpan<byte> bytes, int start, out int next)
    {
        next = 0;
        ReadOnlySpan<byte> line = bytes[start..];
        int methodLength = line.IndexOf((byte)' ');
        if (methodLength <= 0)
        {
            return Classify(line);
        }

        ReadOnlySpan<byte> method = line[..methodLength];
        head.Verb = VerbOf(method);
        if (head.Verb == HttpVerb.Other && method.ContainsAnyExcept(Octets.Token))
        {
            return Classify(line);
        }

        int targetStart = methodLength + 1;
        int targetLength = line[targetStart..].IndexOfAnyExcept(Octets.Target);
        ReadOnlySpan<byte> tail = line[(targetStart + targetLength)..];
        int minor = tail.StartsWith(" HTTP/1.1\r\n"u8) ? 1 : tail.StartsWith(" HTTP/1.0\r\n"u8) ? 0 : -1;
        if (targetLength == 0 || minor < 0)
        {
            return Classify(line);
        }

        head.Minor = minor;
        head.Method = new ByteSlice(start, methodLength);
        head.Target = new ByteSlice(start + targetStart, targetLength);
        next = head.Target.End + 11;
        return SplitTarget(head, line.Slice(targetStart, targetLength)) ? HeadError.None : HeadError.BadTarget;
    }

    private static bool SplitTarget(RequestHead head, ReadOnlySpan<byte> target)
    {
        if (head.Verb == HttpVerb.Connect)
        {
            // CONNECT takes authority-form and nothing else; a gateway is no tunnel.
            return false;
        }

        return target[0] == '/' ? SplitPath(head, target, 0) : SplitOtherForm(head, target);
    }

    private static bool SplitPath(RequestHead head, ReadOnlySpan<byte> target, int pathStart)
    {
        int offset = head.Target.Offset + pathStart;
        int length = target.Length - pathStart;
        int question = target[pathStart..].IndexOf((byte)'?');
        head.Path = new ByteSlice(offset, question < 0 ? length : question);
        head.Query = question < 0 ? default : new ByteSlice(offset + question + 1, length - question - 1);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool SplitOtherForm(RequestHead head, ReadOnlySpan<byte> target)
    {
        if (target.SequenceEqual("*"u8))
        {
            head.Path = head.Target;
            return head.Verb == HttpVerb.Options;
        }

        int scheme = StartsWithIgnoreCase(target, "http://"u8) ? 7 : StartsWithIgnoreCase(target, "https://"u8) ? 8 : 0;
        if (scheme == 0)
        {
            return false;
        }

        int authority = target[scheme..].IndexOfAny((byte)'/', (byte)'?');
        if (authority < 0)
        {
            authority = target.Length - scheme;
        }

        if (!FieldRules.IsAuthority(target.Slice(scheme, authority)))
        {
            return false;
        }

        int pathStart = scheme + authority;
        if (pathStart < target.Length && target[pathStart] == '/')
        {
            return SplitPath(head, target, pathStart);
        }

        // An empty path means "/" (RFC 9110 §4.2.3). There is such an octet at hand, just before the authority.
        head.Path = new ByteSlice(head.Target.Offset + scheme - 1, 1);
        head.Query = pathStart < target.Length
            ? new ByteSlice(head.Target.Offset + pathStart + 1, target.Length - pathStart - 1)
            : default;
        return true;
    }

    private static bool StartsWithIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> prefix)
        => text.Length >= prefix.Length && Ascii.EqualsIgnoreCase(text[..prefix.Length], prefix);

    private static HttpVerb VerbOf(ReadOnlySpan<byte> method)
    {
        switch (method.Length)
        {
            case 3:
                return method.SequenceEqual("GET"u8) ? HttpVerb.Get : method.SequenceEqual("PUT"u8) ? HttpVerb.Put : HttpVerb.Other;
            case 4:
                return method.SequenceEqual("POST"u8) ? HttpVerb.Post : method.SequenceEqual("HEAD"u8) ? HttpVerb.Head : HttpVerb.Other;
            case 5:
                return method.SequenceEqual("PATCH"u8) ? HttpVerb.Patch : method.SequenceEqual("TRACE"u8) ? HttpVerb.Trace : HttpVerb.Other;
            case 6:
                return method.SequenceEqual("DELETE"u8) ? HttpVerb.Delete : HttpVerb.Other;
            case 7:
                return method.SequenceEqual("OPTIONS"u8) ? HttpVerb.Options
                    : method.SequenceEqual("CONNECT"u8) ? HttpVerb.Connect
                    : HttpVerb.Other;
            default:
                return HttpVerb.Other;
        }
    }

    private static HeadError ApplyFields(RequestHead head, ReadOnlySpan<byte> bytes)
    {
        var framing = default(FramingFields);
        ByteSlice host = default;
        int hosts = 0;
        foreach (ref readonly HeaderField field in head.Fields)
        {
            if (field.Id == KnownHeader.Host)
            {
                host = field.Value;
                hosts++;
            }
            else
            {
                framing.Note(field);
            }
        }

        if (hosts != 1)
        {
            if (hosts > 1)
            {
                return HeadError.RepeatedHost;
            }

            if (head.Minor == 1)
            {
                return HeadError.MissingHost;
            }
        }
        else if (!FieldRules.IsAuthority(bytes.Slice(host.Offset, host.Length)))
        {
            return HeadError.BadHost;
        }

        if (framing.HasCoding && head.Minor == 0)
        {
            return HeadError.TransferEncodingBeforeHttp11;
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

        head.KeepAlive = keepAlive;
        head.ExpectContinue = head.Minor == 1 && head.TryGet(KnownHeader.Expect, out ReadOnlySpan<byte> expectation) &&
            Ascii.EqualsIgnoreCase(expectation, "100-continue"u8);
        return HeadError.None;
    }

    // What the request line lacks, from its shape to its parts.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static HeadError Classify(ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> line = HeaderLines.LineAt(rest);
        if (line.Contains((byte)'\r'))
        {
            return HeadError.BareCarriageReturn;
        }

        int first = line.IndexOf((byte)' ');
        int last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last <= first + 1 || line[(first + 1)..last].Contains((byte)' ') || !Octets.IsToken(line[..first]))
        {
            return HeadError.BadRequestLine;
        }

        ReadOnlySpan<byte> version = line[(last + 1)..];
        return !StartLines.IsVersion(version) ? HeadError.BadRequestLine
            : version.SequenceEqual("HTTP/1.1"u8) || version.SequenceEqual("HTTP/1.0"u8) ? HeadError.BadTarget
            : HeadError.UnsupportedVersion;
    }
}
