using System.Buffers;
using System.Text;
using FastGate.Protocol.Http;
using FastGate.Protocol.Json;
using FastGate.Proxy.Catalog;
using FastGate.Proxy.Model;
using FastGate.Proxy.Responses;
using FastGate.Routing.Planning;
using FastGate.Routing.Targets;

namespace FastGate.Proxy.Planning;

/// <summary>
/// A request's own chain: the body field <c>fallbacks</c> or <c>models</c>, or the header <c>x-fastgate-fallback</c>. It replaces the
/// route's; a target that the request names as its model comes first.
/// </summary>
internal sealed class RequestChain
{
    private Target[] _targets = [];
    private int _count;

    /// <summary>The chain; empty when the request carries none.</summary>
    internal ReadOnlySpan<Target> Targets => _targets.AsSpan(0, _count);

    /// <summary>Forgets the chain of the request before.</summary>
    internal void Clear()
    {
        _targets.AsSpan(0, _count).Clear();
        _count = 0;
    }

    /// <summary>Reads the chain, if there is one; an error names the member and what is wrong with it. A form, whose <paramref name="scan"/> is null, has the header only.</summary>
    internal GatewayError? Read(GatewaySnapshot snapshot, CatalogView catalog, RequestHead head, RequestScanner? scan, in ReadOnlySequence<byte> body, UpstreamTarget? named)
    {
        bool inHeader = head.TryGet(KnownHeader.XFastgateFallback, out ReadOnlySpan<byte> header);
        bool inFallbacks = scan is { Fallbacks.HasValue: true };
        bool inModels = scan is { Models.HasValue: true };
        if (!inHeader && !inFallbacks && !inModels)
        {
            return null;
        }

        if ((inHeader ? 1 : 0) + (inFallbacks ? 1 : 0) + (inModels ? 1 : 0) > 1)
        {
            return GatewayError.Invalid("Give one chain: 'fallbacks', 'models' or the header x-fastgate-fallback.", "fallbacks");
        }

        if (_targets.Length == 0)
        {
            _targets = new Target[FallbackCursor.MaximumHops];
        }

        if (named is not null)
        {
            _targets[_count++] = named.Decided;
        }

        if (inHeader)
        {
            return ReadHeader(snapshot, catalog, header);
        }

        ValueRange range = inFallbacks ? scan!.Fallbacks : scan!.Models;
        return ReadArray(snapshot, catalog, body.Slice(range.Offset, range.Length).ToArray(), inFallbacks ? "fallbacks" : "models");
    }

    private GatewayError? ReadHeader(GatewaySnapshot snapshot, CatalogView catalog, ReadOnlySpan<byte> header)
    {
        foreach (Range part in header.Split((byte)','))
        {
            if (Add(snapshot, catalog, header[part].Trim(" \t"u8), "x-fastgate-fallback") is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private GatewayError? ReadArray(GatewaySnapshot snapshot, CatalogView catalog, ReadOnlySpan<byte> json, string field)
    {
        Span<byte> scratch = stackalloc byte[RequestScanner.MaxModelBytes];
        var cursor = new JsonCursor(json);
        if (!cursor.TryEnterArray())
        {
            return GatewayError.Invalid($"'{field}' must be an array of models, such as [\"provider/model\"].", field);
        }

        while (cursor.NextElement())
        {
            if (!cursor.TryReadString(out JsonString name) || name.Raw.Length > scratch.Length)
            {
                return GatewayError.Invalid($"'{field}' must be an array of models, such as [\"provider/model\"].", field);
            }

            if (Add(snapshot, catalog, name.InPlaceOr(scratch), field) is { } error)
            {
                return error;
            }
        }

        return null;
    }

    private GatewayError? Add(GatewaySnapshot snapshot, CatalogView catalog, ReadOnlySpan<byte> name, string field)
    {
        if (_count == _targets.Length)
        {
            return GatewayError.Invalid($"'{field}' makes a chain of more than {FallbackCursor.MaximumHops} targets.", field);
        }

        UpstreamTarget? target = DestinationFinder.FindTarget(snapshot, catalog, name);
        if (target is null)
        {
            return GatewayError.Invalid($"'{field}' names '{Encoding.UTF8.GetString(name)}', which is no provider/model of this gateway.", field);
        }

        _targets[_count++] = target.Decided;
        return null;
    }
}
