using System.Buffers;
using FastGate.Protocol.Http;
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
    internal int Status { get; private init; }

    /// <summary>The header lines of the answer that clients may see.</summary>
    internal byte[] HeaderLines { get; private init; } = [];

    /// <summary>The answer's body when it is JSON, else null.</summary>
    internal byte[]? Body { get; private init; }

    /// <summary>An attempt without an answer.</summary>
    internal static FailedAttempt Of(UpstreamTarget target, FailureClass failure, AttemptFault fault, string? detail) =>
        new(target, failure) { Fault = fault, Detail = detail };

    /// <summary>An attempt that was answered with an error.</summary>
    internal static FailedAttempt Of(UpstreamTarget target, FailureClass failure, ResponseHead head, ReadOnlySpan<byte> body, bool isJson)
    {
        var lines = new ArrayBufferWriter<byte>(512);
        Responses.ResponseHeadWriter.WriteForwardedLines(lines, head);
        return new FailedAttempt(target, failure) { Status = head.Status, HeaderLines = lines.WrittenSpan[..^2].ToArray(), Body = isJson ? body.ToArray() : null };
    }
}
