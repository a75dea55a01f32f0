using System.Text.Json;
using FastGate.MockProvider.Delivery;

namespace FastGate.MockProvider.OpenAI;

/// <summary>OpenAI's two ways of framing a stream: bare <c>data</c> events closed by <c>[DONE]</c>, and (Responses) named events.</summary>
internal static class Sse
{
    internal const string ContentType = "text/event-stream; charset=utf-8";

    /// <summary>A comment, which keeps a connection alive and says nothing.</summary>
    internal static readonly byte[] Ping = ": ping\n\n"u8.ToArray();

    /// <summary>Data that is no JSON: broken off in the middle of a string, a word, a bracket too many, octets that are no UTF-8.</summary>
    private static readonly byte[][] Broken =
    [
        "data: {\"id\":\"broken\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"los\n\n"u8.ToArray(),
        "data: upstream connect error\n\n"u8.ToArray(),
        "data: {\"id\":\"broken\",\"choices\":[]]}\n\n"u8.ToArray(),
        [.. "data: {\"id\":\"broken\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\""u8, 0xC3, 0x28, 0xFF, .. "\"}}]\n\n"u8],
    ];

    internal static readonly StreamPiece Done = new(PieceKind.Done, "data: [DONE]\n\n"u8.ToArray());

    internal static StreamPiece Data(PieceKind kind, Action<Utf8JsonWriter> write) => new(kind, [.. "data: "u8, .. Json.Bytes(write), .. "\n\n"u8]);

    internal static StreamPiece Named(PieceKind kind, ReadOnlySpan<byte> name, Action<Utf8JsonWriter> write) =>
        new(kind, [.. "event: "u8, .. name, .. "\ndata: "u8, .. Json.Bytes(write), .. "\n\n"u8]);

    internal static StreamedAnswer Answer(IReadOnlyList<StreamPiece> pieces) => new(ContentType, pieces, []) { BrokenPieces = Broken, Ping = Ping };
}
