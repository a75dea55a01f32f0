using System.Buffers;
using System.Buffers.Text;
using FastGate.Protocol.Http;
using FastGate.Providers.OpenAi;
using FastGate.Proxy.Model;
using FastGate.Routing.Outcomes;

namespace FastGate.Proxy.Attempts;

/// <summary>How an attempt failed, kept for the client in case nothing else answers it.</summary>
internal sealed class FailedAttempt
{
    private FailedAttempt(UpstreamTarget target, FailureClass failure)
    {
        Target = target;
        Class = failure;
    }

    internal UpstreamTarget Target { get; }

    internal FailureClass Class { get; }

    /// <summary>How the call failed where there was no answer.</summary>
    internal AttemptFault Fault { get; private init; }

    /// <summary>The system's or the provider's own words for it, or null.</summary>
    internal string? Detail { get; private init; }

    /// <summary>The provider's status; 0 where there was no answer.</summary>
    internal int Status { get; private set; }

    /// <summary>The header lines of the answer that clients may see.</summary>
    internal byte[] HeaderLines { get; private init; } = [];

    /// <summary>The answer's body when it is JSON, else null.</summary>
    internal byte[]? Body { get; private set; }

    /// <summary>An attempt without an answer.</summary>
    internal static FailedAttempt Of(UpstreamTarget target, FailureClass failure, AttemptFault fault, string? detail) =>
        new(target, failure) { Fault = fault, Detail = detail };

    /// <summary>An attempt that was answered with an error under the status of a success, as some providers do when they fail late.</summary>
    internal static FailedAttempt OfReport(UpstreamTarget target, FailureClass failure, ResponseHead head, ReadOnlySpan<byte> body, bool ofResponse)
    {
        FailedAttempt attempt = Of(target, failure, head, body, isJson: true);
        bool read = OpenAiError.TryRead(body, out OpenAiErrorFacts facts);
        attempt.Status = read && Utf8Parser.TryParse(facts.Code.Of(body), out int own, out int used) && used == facts.Code.Length && own is >= 400 and <= 599 ? own
            : failure switch
            {
                FailureClass.RateLimited => 429,
                FailureClass.ModelNotFound => 404,
                FailureClass.BadRequest or FailureClass.ContextWindow or FailureClass.ContentPolicy => 400,
                _ => 502,
            };
        if (ofResponse && read)
        {
            // The error stands within a whole response there, which is more than an error's body.
            var error = new ArrayBufferWriter<byte>(256);
            OpenAiError.Write(error, Unescape(body, facts.Message), "api_error"u8, Unescape(body, facts.Code), Unescape(body, facts.Param));
            attempt.Body = error.WrittenSpan.ToArray();
        }

        return attempt;
    }

    private static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> body, JsonSlice slice)
    {
        byte[] text = new byte[slice.Length];
        return slice.TryUnescape(body, text, out int written) ? text.AsSpan(0, written) : default;
    }

    /// <summary>An attempt that was answered with an error.</summary>
    internal static FailedAttempt Of(UpstreamTarget target, FailureClass failure, ResponseHead head, ReadOnlySpan<byte> body, bool isJson)
    {
        var lines = new ArrayBufferWriter<byte>(512);
        Responses.ResponseHeadWriter.WriteForwardedLines(lines, head);
        return new FailedAttempt(target, failure) { Status = head.Status, HeaderLines = lines.WrittenSpan[..^2].ToArray(), Body = isJson ? body.ToArray() : null };
    }
}
