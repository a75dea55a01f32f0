using FastGate.Proxy.Model;
using FastGate.Routing.Outcomes;

namespace FastGate.Proxy.Responses;

/// <summary>What the gateway itself adds to a response's head. Refers to memory of the request and lives no longer.</summary>
internal readonly ref struct ResponseMark
{
    /// <summary>The value of <c>x-request-id</c>.</summary>
    internal required ReadOnlySpan<byte> RequestId { get; init; }

    /// <summary><c>provider/model</c> that answered; empty before one was chosen.</summary>
    internal ReadOnlySpan<byte> Target { get; init; }

    /// <summary>The line that says so, where it is rendered already.</summary>
    internal ReadOnlySpan<byte> TargetLine { get; init; }

    /// <summary>The route, or null for requests that name a provider's model directly.</summary>
    internal Route? Route { get; init; }

    /// <summary>Upstream calls made.</summary>
    internal int Attempts { get; init; }

    /// <summary>The class of failure that caused the last hop; none when the first target answered.</summary>
    internal FailureClass Fallback { get; init; }

    /// <summary>The token under which the stream can be resumed; empty if it cannot.</summary>
    internal ReadOnlySpan<byte> Stream { get; init; }

    /// <summary>Where the answer comes from.</summary>
    internal AnswerOrigin Origin { get; init; }

    /// <summary>Whether the connection ends with this response.</summary>
    internal bool Close { get; init; }
}
