using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;
using FastGate.Proxy.Responses;
using FastGate.Proxy.Upstream;

namespace FastGate.Proxy.Relay;

/// <summary>What a relay must know of the request it answers. Set by the exchange before each relay.</summary>
internal sealed class RelayContext
{
    private readonly byte[] _requestId = new byte[RequestId.MaxLength];
    private byte[] _directTarget = new byte[64];
    private int _requestIdLength;
    private int _directTargetLength;

    internal Endpoint Endpoint { get; set; } = EndpointTable.All[0];

    internal UpstreamTimeouts Timeouts { get; set; } = UpstreamTimeouts.Default;

    internal TimeSpan ClientPatience { get; set; }

    internal Route? Route { get; set; }

    /// <summary>The target of the route or of the catalogue; null where the request names it itself.</summary>
    internal Target? Target { get; set; }

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

    internal ReadOnlySpan<byte> TargetName => Target is not null ? Target.NameUtf8 : _directTarget.AsSpan(0, _directTargetLength);

    internal ResponseMark Mark => new() { RequestId = Id, Target = TargetName, Route = Route, Attempts = Attempts, Close = Close };

    /// <summary>Begins a request: its id is the client's own if it sent a usable one.</summary>
    internal void Begin(ReadOnlySpan<byte> clientsId, long startTick)
    {
        _requestIdLength = Ids.Choose(clientsId, _requestId);
        _directTargetLength = 0;
        Route = null;
        Target = null;
        Attempts = 0;
        StartTick = startTick;
    }

    /// <summary>The request names its target itself.</summary>
    internal void SetDirectTarget(ReadOnlySpan<byte> name)
    {
        if (name.Length > _directTarget.Length)
        {
            _directTarget = new byte[Protocol.Json.RequestScanner.MaxModelBytes];
        }

        name.CopyTo(_directTarget);
        _directTargetLength = name.Length;
    }

    /// <summary>The head's length for a body of unknown length, as this client can read it.</summary>
    internal long UnknownLength => ClientReadsChunks ? ResponseHeadWriter.Chunked : ResponseHeadWriter.UntilClose;
}
