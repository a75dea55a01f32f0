using System.Buffers;
using FastGate.Protocol.Http;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;

namespace FastGate.Proxy.Attempts;

/// <summary>
/// What is to be sent upstream: the client's own head and body where they lie, and what differs. It refers to memory of the request and
/// lives no longer.
/// </summary>
internal struct UpstreamRequest
{
    internal Provider Provider;
    internal ProviderCredential Key;
    internal Endpoint Endpoint;
    internal RequestHead Head;
    internal ReadOnlySequence<byte> Body;
    internal BodyEdits Edits;

    /// <summary>Whether a connection that was used before will not do.</summary>
    internal bool FreshConnection;

    /// <summary>Octets of the body as it is sent.</summary>
    internal readonly long BodyLength => Body.Length + Edits.Growth;
}
