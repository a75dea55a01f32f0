namespace FastGate.MockProvider.Delivery;

/// <summary>An answer as a dialect made it, before any misbehaviour.</summary>
internal abstract record Answer(IReadOnlyList<KeyValuePair<string, string>> Headers);

/// <summary>An answer of known length.</summary>
internal sealed record WholeAnswer(int Status, string ContentType, byte[] Body, IReadOnlyList<KeyValuePair<string, string>> Headers) : Answer(Headers);

/// <summary>An answer in pieces, each framed as its dialect frames it.</summary>
internal sealed record StreamedAnswer(string ContentType, IReadOnlyList<StreamPiece> Pieces, IReadOnlyList<KeyValuePair<string, string>> Headers) : Answer(Headers)
{
    /// <summary>What broken events look like in this dialect; none where a stream has no events (audio).</summary>
    internal IReadOnlyList<byte[]> BrokenPieces { get; init; } = [];

    /// <summary>What keeps a silent stream open; null where the dialect has no such thing.</summary>
    internal byte[]? Ping { get; init; }
}

/// <summary>The part a piece plays in its stream.</summary>
internal enum PieceKind
{
    /// <summary>Before the content: a role, a "created" event.</summary>
    Opening,
    Content,

    /// <summary>Says that the content is whole, and why it ended.</summary>
    Finish,

    /// <summary>After the finish: usage.</summary>
    Closing,

    /// <summary>The end marker.</summary>
    Done,
}

/// <summary>One framed piece of a stream.</summary>
internal readonly record struct StreamPiece(PieceKind Kind, byte[] Frame);
