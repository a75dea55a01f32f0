using FastGate.Routing.Outcomes;

namespace FastGate.Proxy.Answers;

/// <summary>An answer's head as it is given again: to those who join it, repeat it, or ask the same.</summary>
internal sealed class AnswerHead
{
    internal required int Status { get; init; }

    /// <summary>The header lines that clients saw, each with its CRLF; the gateway's own and the framing are not among them.</summary>
    internal required byte[] Lines { get; init; }

    /// <summary><c>provider/model</c> that answered; empty if none did.</summary>
    internal required byte[] Target { get; init; }

    internal int Attempts { get; init; }

    internal FailureClass Fallback { get; init; }

    /// <summary>Octets of the body where they are known beforehand, else -1.</summary>
    internal long Length { get; init; }
}
