using FastGate.Proxy.Answers;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;
using FastGate.Proxy.Replay;
using FastGate.Proxy.Responses;
using FastGate.Proxy.Upstream;
using FastGate.Routing.Outcomes;

namespace FastGate.Proxy.Relay;

/// <summary>What a relay must know of the request it answers. Set by the exchange before each relay.</summary>
internal sealed class RelayContext
{
    private byte[] _requestId = new byte[RequestId.OwnLength];
    private int _requestIdLength;

    internal Endpoint Endpoint { get; set; } = EndpointTable.All[0];

    internal UpstreamTimeouts Timeouts { get; set; } = UpstreamTimeouts.Default;

    internal TimeSpan ClientPatience { get; set; }

    internal Route? Route { get; set; }

    /// <summary>Whether the request names its target itself.</summary>
    internal bool Direct { get; set; }

    /// <summary>The target that answers; null before one was chosen.</summary>
    internal UpstreamTarget? Target { get; set; }

    /// <summary>The class of failure that caused the last hop.</summary>
    internal FailureClass Fallback { get; set; }

    internal int Attempts { get; set; }

    /// <summary>Who asks; null where nobody needs a key.</summary>
    internal ClientSettings? Client { get; set; }

    /// <summary>How the answer is treated if it is a stream that its client can come back to; null if it is not to be one.</summary>
    internal StreamSettings? Resumable { get; set; }

    /// <summary>The stream that answers, once it is one that can be resumed.</summary>
    internal ResumableStream? Stream { get; set; }

    /// <summary>Whether the client reads chunks; HTTP/1.0 does not.</summary>
    internal bool ClientReadsChunks { get; set; }

    /// <summary>Whether the client's connection ends with this response.</summary>
    internal bool Close { get; set; }

    /// <summary>When the request's first octet came, in ticks of the wheel.</summary>
    internal long StartTick { get; set; }

    /// <summary>Whether what a stream delivers is kept, so that it can be continued if it breaks.</summary>
    internal bool KeepsAnswer { get; set; }

    /// <summary>The ids of this connection's requests.</summary>
    internal RequestId Ids { get; } = new();

    internal ReadOnlySpan<byte> Id => _requestId.AsSpan(0, _requestIdLength);

    /// <summary>Where the answer comes from.</summary>
    internal AnswerOrigin Origin { get; set; }

    /// <summary>Takes the answer down; null when nobody wants it, which is usual.</summary>
    internal AnswerTap? Tap { get; set; }

    internal ResponseMark Mark => Target is { } target ? MarkFor(target.NameUtf8, target.MarkLine, Attempts, Fallback) : MarkFor(default, Attempts, Fallback);

    /// <summary>Begins a request: its id is the client's own if it sent a usable one.</summary>
    internal void Begin(ReadOnlySpan<byte> clientsId, long startTick)
    {
        _requestIdLength = Ids.Choose(clientsId, ref _requestId);
        Route = null;
        Direct = false;
        Client = null;
        Resumable = null;
        Stream = null;
        Target = null;
        Attempts = 0;
        Fallback = FailureClass.None;
        Origin = AnswerOrigin.Made;
        StartTick = startTick;
    }

    /// <summary>The mark of an answer that was given before.</summary>
    internal ResponseMark MarkFor(ReadOnlySpan<byte> target, int attempts, FailureClass fallback) => MarkFor(target, default, attempts, fallback);

    private ResponseMark MarkFor(ReadOnlySpan<byte> target, ReadOnlySpan<byte> targetLine, int attempts, FailureClass fallback) =>
        new() { RequestId = Id, Target = target, TargetLine = targetLine, Route = Route, Attempts = attempts, Fallback = fallback, Stream = Stream is null ? default : Stream.TokenText, Origin = Origin, Close = Close };

    /// <summary>The head's length for a body of unknown length, as this client can read it.</summary>
    internal long UnknownLength => ClientReadsChunks ? ResponseHeadWriter.Chunked : ResponseHeadWriter.UntilClose;
}
