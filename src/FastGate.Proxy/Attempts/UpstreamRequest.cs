using System.Buffers;
using FastGate.Protocol.Http;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;

namespace FastGate.Proxy.Attempts;

/// <summary>
/// What is to be sent upstream: the client's own head and body where they lie, and what is written in place of the model. It refers
/// to memory of the request and lives no longer.
/// </summary>
internal struct UpstreamRequest
{
    internal Provider Provider;
    internal ProviderKey Key;
    internal Endpoint Endpoint;
    internal RequestHead Head;
    internal ReadOnlySequence<byte> Body;

    /// <summary>Where the model stands in the body, quotes included; the length is 0 where nothing is replaced.</summary>
    internal long ModelOffset;
    internal int ModelLength;

    /// <summary>What stands there instead.</summary>
    internal ReadOnlyMemory<byte> Model;

    /// <summary>Octets of the body as it is sent.</summary>
    internal readonly long BodyLength => ModelLength == 0 ? Body.Length : Body.Length - ModelLength + Model.Length;
}
