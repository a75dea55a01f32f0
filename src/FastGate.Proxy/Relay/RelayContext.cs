using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;
using FastGate.Proxy.Responses;
using FastGate.Proxy.Upstream;
using FastGate.Routing.Outcomes;

namespace FastGate.Proxy.Relay;

/// <summary>What a relay must know of the request it answers. Set by the exchange before each relay.</summary>
internal sealed class RelayContext
{
    private readonly byte[] _requestId = new byte[RequestId.MaxLength];
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

    /// <summary>Whether the client reads chunks; HTTP/1.0 does not.</summary>
    internal bool ClientReadsChunks { get; set; }

    /// <summary>Whether the client's connection ends with this response.</summary>
    internal bool Close { get; set; }

    /// <summary>When the request's first octet came, in ticks of the wheel.</summary>
    internal long StartTick { get; set; }

    /// <summary>The ids of this connection's requests.</summary>
    internal RequestId Ids { get; } = new();

    internal ReadOnlySpan<byte> Id => _requestId.AsSpan(0, _requestIdLength);

    internal ResponseMark Mark => new() { RequestId = Id, Target = Target is null ? default : Target.NameUtf8, Route = Route, Attempts = Attempts, Fallback = Fallback, Close = Close };

    /// <summary>Begins a request: its id is the client's own if it sent a usable one.</summary>
    internal void Begin(ReadOnlySpan<byte> clientsId, long startTick)
    {
        _requestIdLength = Ids.Choose(clientsId, _requestId);
        Route = null;
        Direct = false;
        Target = null;
        Attempts = 0;
        Fallback = FailureClass.None;
        StartTick = startTick;
    }

    /// <summary>The head's length for a body of unknown length, as this client can read it.</summary>
    internal long UnknownLength => ClientReadsChunks ? ResponseHeadWriter.Chunked : ResponseHeadWriter.UntilClose;
}
