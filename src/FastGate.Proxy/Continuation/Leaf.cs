namespace FastGate.Proxy.Continuation;

/// <summary>The strings of a chunk that make up the answer.</summary>
internal enum LeafKind : byte
{
    /// <summary>Text: <c>delta.content</c>, or <c>text</c> of a legacy completion.</summary>
    Content,

    /// <summary><c>delta.refusal</c>.</summary>
    Refusal,

    /// <summary><c>delta.tool_calls[].id</c>.</summary>
    CallId,

    /// <summary><c>delta.tool_calls[].function.name</c>, or <c>delta.function_call.name</c>.</summary>
    CallName,

    /// <summary><c>delta.tool_calls[].function.arguments</c>, or <c>delta.function_call.arguments</c>.</summary>
    CallArguments,

    /// <summary><c>finish_reason</c>.</summary>
    Finish,
}

/// <summary>Which string of an answer something belongs to; pieces of the same leaf are one text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Choice">The choice's index.</param>
/// <param name="Call">The tool call's index; -1 for the older <c>function_call</c>; 0 where it is no call.</param>
internal readonly record struct Leaf(LeafKind Kind, int Choice, int Call)
{
    /// <summary>The text of the first choice, which is all that most answers have.</summary>
    internal static Leaf Text => default;
}

/// <summary>Sees the strings of a chunk as <see cref="ChunkWalk"/> comes to them, in the order of the document.</summary>
internal interface ILeafVisitor
{
    /// <summary>Takes a piece of a leaf and, if the chunk is being written anew, writes what stands for it between the quotes.</summary>
    /// <param name="leaf">The leaf.</param>
    /// <param name="raw">The octets between the quotes.</param>
    /// <returns>Whether anything of it is left in the chunk.</returns>
    bool OnLeaf(Leaf leaf, ReadOnlySpan<byte> raw);

    /// <summary>The chunk has content that is no string: audio, content in parts.</summary>
    void OnOtherContent();
}
