using System.IO.Pipelines;
using System.Text;
using FastGate.Protocol.Http;
using FastGate.Proxy.Endpoints;
using FastGate.Proxy.Model;

namespace FastGate.Proxy.Attempts;

/// <summary>
/// Writes the head of an upstream request: the provider's own lines, rendered once, and those of the client's fields that a provider
/// may see. Never the client's credential, and nothing that concerns the client's connection.
/// </summary>
internal static class UpstreamRequestWriter
{
    // Bit set: the field is not forwarded. Accept-Encoding: answers are read on the way, so they must come as they are.
    private static readonly ulong Withheld = SetOf(
        KnownHeader.Host, KnownHeader.ContentLength, KnownHeader.Expect, KnownHeader.AcceptEncoding,
        KnownHeader.Authorization, KnownHeader.XApiKey, KnownHeader.ApiKey, KnownHeader.XGoogApiKey, KnownHeader.Cookie,
        KnownHeader.LastEventId, KnownHeader.XFastgateOther, KnownHeader.XFastgateRoute, KnownHeader.XFastgateTarget, KnownHeader.XFastgateAttempts,
        KnownHeader.XFastgateFallback, KnownHeader.XFastgateCache, KnownHeader.XFastgateIdempotency, KnownHeader.XFastgateIdempotencyKey,
        KnownHeader.XFastgateStream, KnownHeader.XFastgateStreamResume, KnownHeader.XFastgateTimeoutMs);

    internal static void WriteHead(PipeWriter output, in UpstreamRequest request)
    {
        Provider provider = request.Provider;
        RequestHead client = request.Head;
        var head = new HeadWriter(output);
        if (request.Endpoint.IsPrefix || client.Query.Length > 0)
        {
            // What comes behind the "/v1" of the path, the query included: path and query lie together in the request line.
            int start = client.Path.Offset + EndpointTable.VersionPrefixLength;
            int end = client.Query.Length > 0 ? client.Query.Offset + client.Query.Length : client.Path.Offset + client.Path.Length;
            head.RequestLine(client[client.Method], provider.BasePath, client.Bytes[start..end]);
        }
        else
        {
            head.Raw(provider.RequestLine(request.Endpoint));
        }

        head.Raw(provider.FixedHeaders);
        head.Raw(request.Key.AuthorizationBlock);
        if (provider.OwnHeaderNames.IsEmpty)
        {
            head.Headers(client, Withheld);
        }
        else
        {
            WriteOthers(ref head, client, provider);
        }

        if (request.Endpoint.Verb == HttpVerb.Post)
        {
            head.Header(KnownHeader.ContentLength, request.BodyLength);
        }

        head.Complete();
    }

    private static void WriteOthers(ref HeadWriter head, RequestHead client, Provider provider)
    {
        for (int i = 0; i < client.HeaderCount; i++)
        {
            ref readonly HeaderField field = ref client.Header(i);
            if (!field.HopByHop && (Withheld & (1UL << (int)field.Id)) == 0 && !IsOwn(provider, client.NameOf(i)))
            {
                head.Header(client, i);
            }
        }
    }

    private static bool IsOwn(Provider provider, ReadOnlySpan<byte> name)
    {
        foreach (byte[] own in provider.OwnHeaderNames)
        {
            if (Ascii.EqualsIgnoreCase(name, own))
            {
                return true;
            }
        }

        return false;
    }

    private static ulong SetOf(params ReadOnlySpan<KnownHeader> headers)
    {
        ulong set = 0;
        foreach (KnownHeader header in headers)
        {
            set |= 1UL << (int)header;
        }

        return set;
    }
}
