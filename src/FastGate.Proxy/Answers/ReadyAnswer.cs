using System.Buffers;
using FastGate.Proxy.Answers.Conversion;
using FastGate.Proxy.Endpoints;

namespace FastGate.Proxy.Answers;

/// <summary>An answer that is there as a whole, in the form the client asked for.</summary>
internal readonly struct ReadyAnswer
{
    private static readonly byte[] Json = "application/json"u8.ToArray();
    private static readonly byte[] EventStream = "text/event-stream"u8.ToArray();

    internal int Status { get; private init; }

    /// <summary>Whether it is a stream of events.</summary>
    internal bool IsStream { get; private init; }

    internal ReadOnlyMemory<byte> ContentType { get; private init; }

    /// <summary><c>provider/model</c> that gave it; empty for none.</summary>
    internal ReadOnlyMemory<byte> Target { get; private init; }

    internal ReadOnlySequence<byte> Body { get; private init; }

    /// <summary>The header line that is its own.</summary>
    internal byte[] HeaderLines() => [.. "content-type: "u8, .. ContentType.Span, .. "\r\n"u8];

    /// <summary>Makes a stored answer into what a client asks for; false when its kind cannot be made into that.</summary>
    /// <param name="stored">The stored answer.</param>
    /// <param name="endpoint">What was asked.</param>
    /// <param name="wantsStream">Whether the client wants a stream.</param>
    /// <param name="wantsUsage">Whether it wants the stream to tell its usage.</param>
    /// <param name="answer">The answer.</param>
    internal static bool TryMake(in StoredAnswer stored, Endpoint endpoint, bool wantsStream, bool wantsUsage, out ReadyAnswer answer)
    {
        ReadOnlyMemory<byte> target = Whole(stored.Target);
        bool sameKind = stored.IsStream == wantsStream || endpoint.Stream == StreamGrammar.None;
        bool sameUsage = !stored.IsStream || !stored.HasUsage || wantsUsage || endpoint.Stream != StreamGrammar.Chat;
        if (sameKind && sameUsage)
        {
            answer = new ReadyAnswer { Status = 200, IsStream = stored.IsStream, ContentType = Whole(stored.ContentType), Target = target, Body = stored.Body };
            return true;
        }

        byte[] body = stored.Body.ToArray();
        byte[]? made = sameKind ? ChatConversion.WithoutUsage(body)
            : stored.IsStream ? ToWhole(endpoint, body)
            : ToStream(endpoint, body, wantsUsage);
        answer = made is null ? default : Of(200, target, wantsStream, made);
        return made is not null;
    }

    /// <summary>Makes a whole JSON answer into what a client asks for; false when that cannot be a stream of this endpoint's.</summary>
    internal static bool TryMake(int status, byte[] body, Endpoint endpoint, bool wantsStream, bool wantsUsage, out ReadyAnswer answer)
    {
        byte[]? made = wantsStream && endpoint.Stream != StreamGrammar.None ? ToStream(endpoint, body, wantsUsage) : body;
        answer = made is null ? default : Of(status, default, wantsStream && endpoint.Stream != StreamGrammar.None, made);
        return made is not null;
    }

    /// <summary>A whole JSON answer.</summary>
    internal static ReadyAnswer Whole(int status, byte[] body) => Of(status, default, isStream: false, body);

    private static ReadyAnswer Of(int status, ReadOnlyMemory<byte> target, bool isStream, byte[] body) =>
        new() { Status = status, IsStream = isStream, ContentType = isStream ? EventStream : Json, Target = target, Body = new ReadOnlySequence<byte>(body) };

    private static ReadOnlyMemory<byte> Whole(in ReadOnlySequence<byte> octets) => octets.IsSingleSegment ? octets.First : octets.ToArray();

    private static byte[]? ToWhole(Endpoint endpoint, byte[] events) =>
        endpoint.Stream == StreamGrammar.Responses ? ResponsesConversion.ToWhole(events) : ChatConversion.ToWhole(events, endpoint == EndpointTable.Chat);

    private static byte[]? ToStream(Endpoint endpoint, byte[] body, bool wantsUsage) =>
        endpoint.Stream == StreamGrammar.Responses ? ResponsesConversion.ToStream(body) : ChatConversion.ToStream(body, endpoint == EndpointTable.Chat, wantsUsage);
}
