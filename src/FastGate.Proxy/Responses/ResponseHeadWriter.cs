using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using FastGate.Protocol.Http;
using FastGate.Routing.Outcomes;

namespace FastGate.Proxy.Responses;

/// <summary>Writes the heads of responses to clients. Framing is always written anew, never copied.</summary>
internal static class ResponseHeadWriter
{
    /// <summary>The length to give for a body of unknown length.</summary>
    internal const long Chunked = -1;

    /// <summary>The length to give for a body that ends with the connection, which HTTP/1.0 clients get in place of chunks.</summary>
    internal const long UntilClose = -2;

    private static readonly byte[][] FailureNames = [.. Enumerable.Range(0, FailureClasses.Count).Select(i => Encoding.ASCII.GetBytes(FailureClasses.Name((FailureClass)i)))];

    // Bit set: the field is not passed on. Cookies and policies of the provider's own site mean nothing at the gateway's address.
    private static readonly ulong Withheld =
        (1UL << (int)KnownHeader.ContentLength) | (1UL << (int)KnownHeader.SetCookie) | (1UL << (int)KnownHeader.AltSvc)
        | (1UL << (int)KnownHeader.StrictTransportSecurity) | (1UL << (int)KnownHeader.XRequestId);

    /// <summary>The head of a provider's response, as the client gets it.</summary>
    internal static void WriteForwarded(PipeWriter output, ResponseHead upstream, in ResponseMark mark, long length)
    {
        var head = new HeadWriter(output);
        head.StatusLine(upstream.Status);
        WriteFields(ref head, upstream);
        WriteMark(ref head, mark);
        WriteFraming(ref head, upstream.Status, length);
        head.Complete();
    }

    /// <summary>The lines of a provider's head that a client may see, to be kept.</summary>
    internal static void WriteForwardedLines(ArrayBufferWriter<byte> output, ResponseHead upstream)
    {
        var head = new HeadWriter(output);
        WriteFields(ref head, upstream);
        head.Complete();
    }

    /// <summary>The head of a response that the gateway itself gives.</summary>
    internal static void WriteOwn(PipeWriter output, int status, ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> extraLines, in ResponseMark mark, long length)
    {
        var head = new HeadWriter(output);
        head.StatusLine(status);
        if (!contentType.IsEmpty)
        {
            head.Header(KnownHeader.ContentType, contentType);
        }

        head.Raw(extraLines);
        WriteMark(ref head, mark);
        WriteFraming(ref head, status, length);
        head.Complete();
    }

    /// <summary>The line that names a target; empty where it has no name that can stand in a head, as a model's comes from the client and may be any text.</summary>
    internal static byte[] TargetLine(ReadOnlySpan<byte> target) => IsPrintable(target) ? HeadWriter.Render(KnownHeader.XFastgateTarget, target) : [];

    private static bool IsPrintable(ReadOnlySpan<byte> name) => !name.IsEmpty && !name.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e);

    private static void WriteFields(ref HeadWriter head, ResponseHead upstream)
    {
        head.Headers(upstream, Withheld);
        if (upstream.TryGet(KnownHeader.XRequestId, out ReadOnlySpan<byte> providersId))
        {
            // Ours has the name that clients log; the provider's own stays findable.
            head.Header("x-fastgate-provider-request-id"u8, providersId);
        }
    }

    private static void WriteMark(ref HeadWriter head, in ResponseMark mark)
    {
        head.Header(KnownHeader.XRequestId, mark.RequestId);
        if (mark.Route is not null)
        {
            head.Raw(mark.Route.MarkLine);
        }

        if (!mark.TargetLine.IsEmpty)
        {
            head.Raw(mark.TargetLine);
        }
        else if (IsPrintable(mark.Target))
        {
            head.Header(KnownHeader.XFastgateTarget, mark.Target);
        }

        if (mark.Attempts == 1)
        {
            head.Raw("x-fastgate-attempts: 1\r\n"u8);
        }
        else if (mark.Attempts > 0)
        {
            head.Header(KnownHeader.XFastgateAttempts, mark.Attempts);
        }

        if (mark.Fallback != FailureClass.None)
        {
            head.Header(KnownHeader.XFastgateFallback, FailureNames[(int)mark.Fallback]);
        }

        if (!mark.Stream.IsEmpty)
        {
            head.Header(KnownHeader.XFastgateStream, mark.Stream);
        }

        if (mark.Origin != AnswerOrigin.Made)
        {
            WriteOrigin(ref head, mark.Origin);
        }

        if (mark.Close)
        {
            head.Raw("connection: close\r\n"u8);
        }
    }

    private static void WriteOrigin(ref HeadWriter head, AnswerOrigin origin) => head.Raw(origin switch
    {
        AnswerOrigin.Stored => "x-fastgate-idempotency: stored\r\n"u8,
        AnswerOrigin.Joined => "x-fastgate-idempotency: joined\r\n"u8,
        AnswerOrigin.Replayed => "x-fastgate-idempotency: replayed\r\n"u8,
        AnswerOrigin.CacheHit => "x-fastgate-cache: hit\r\n"u8,
        _ => "x-fastgate-cache: stale\r\n"u8,
    });

    private static void WriteFraming(ref HeadWriter head, int status, long length)
    {
        if (length >= 0)
        {
            // RFC 9110 §8.6: no length on 204.
            if (status != 204)
            {
                head.Header(KnownHeader.ContentLength, length);
            }
        }
        else if (length == Chunked)
        {
            head.Raw("transfer-encoding: chunked\r\n"u8);
        }
    }
}
