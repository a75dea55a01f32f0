using System.Buffers;
using FastGate.Protocol.Http;
using FastGate.Protocol.Json;
using FastGate.Protocol.Multipart;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Idempotency;
using FastGate.Proxy.Model;
using FastGate.Proxy.Responses;
using FastGate.Proxy.Server;
using FastGate.Proxy.Work;

namespace FastGate.Proxy.Answers;

/// <summary>
/// What an exchange needs for requests that are held against earlier ones: made with the first of them, so that connections which never
/// send one do without.
/// </summary>
internal sealed class RequestMemory(DataPlane plane, ConnectionSignal signal, ClientOutput client)
{
    // Beyond this a body is hashed off the event loop: 64 KiB take some 50 µs.
    private const int LargestOnLoop = 64 * 1024;

    // What says how an answer is delivered, not what it says; and the model, which goes in as it was routed.
    private static readonly byte[][] NotInAnswerKey = ["model"u8.ToArray(), "stream"u8.ToArray(), "stream_options"u8.ToArray()];

    private readonly CanonicalJson _canonical = new();
    private readonly ArrayBufferWriter<byte> _prefix = new(256);

    /// <summary>Whether a request is held against earlier ones. Most have no key, and most routes store nothing: this is all that costs them.</summary>
    internal static bool Concerns(AnswerPolicy policy, RequestHead head) => policy.ConcernsAll || IdempotencyKeys.IsGiven(head);

    /// <summary>Takes answers down.</summary>
    internal AnswerTap Tap { get; } = new(plane);

    /// <summary>Gives the answers of other exchanges.</summary>
    internal JoinRelay Join { get; } = new(signal, client, plane.Metrics.Answers);

    /// <summary>Where a stored answer is copied to.</summary>
    internal BodyBuffer Found { get; } = new();

    /// <summary>What is asked: path and body, canonical where it is JSON or a form.</summary>
    internal ValueTask<AnswerKey> RequestKeyAsync(RequestHead head, bool isJson, ReadOnlySequence<byte> body)
    {
        _prefix.ResetWrittenCount();
        _prefix.Write(head[head.Path]);
        return HashAsync(head, isJson, body, null);
    }

    /// <summary>What an answer is stored by.</summary>
    /// <param name="scope">Whose it is.</param>
    /// <param name="head">The request's head.</param>
    /// <param name="model">The route or <c>provider/model</c> it goes to.</param>
    /// <param name="body">Its JSON body.</param>
    internal ValueTask<AnswerKey> StoreKeyAsync(ReadOnlySpan<byte> scope, RequestHead head, ReadOnlySpan<byte> model, ReadOnlySequence<byte> body)
    {
        _prefix.ResetWrittenCount();
        _prefix.Write(scope);
        _prefix.Write(head[head.Path]);
        _prefix.Write("\n"u8);
        _prefix.Write(model);
        _prefix.Write("\n"u8);

        // A chain of the request's own may lead to another model.
        if (head.TryGet(KnownHeader.XFastgateFallback, out ReadOnlySpan<byte> chain))
        {
            _prefix.Write(chain);
        }

        return HashAsync(head, isJson: true, body, NotInAnswerKey);
    }

    private ValueTask<AnswerKey> HashAsync(RequestHead head, bool isJson, ReadOnlySequence<byte> body, byte[][]? omitted)
    {
        if (body.Length <= LargestOnLoop)
        {
            return ValueTask.FromResult(Hash(head, isJson, body, omitted));
        }

        return new ValueTask<AnswerKey>(OffLoop.Run(
            "hash a request's body",
            static s => s.Self.Hash(s.Head, s.IsJson, s.Body, s.Omitted),
            (Self: this, Head: head, IsJson: isJson, Body: body, Omitted: omitted)));
    }

    private AnswerKey Hash(RequestHead head, bool isJson, in ReadOnlySequence<byte> body, byte[][]? omitted)
    {
        var key = default(AnswerKey);
        if (!isJson && head.TryGet(KnownHeader.ContentType, out ReadOnlySpan<byte> contentType)
            && MultipartScanner.TryGetBoundary(contentType, out ReadOnlySpan<byte> boundary) == MultipartError.None)
        {
            CanonicalForm.Hash(_prefix.WrittenSpan, boundary, body, key.Octets);
        }
        else if (!isJson || !_canonical.TryHash(_prefix.WrittenSpan, body, omitted, key.Octets))
        {
            _canonical.HashOctets(_prefix.WrittenSpan, body, key.Octets);
        }

        return key;
    }
}
