using FastGate.Providers.Classification;

namespace FastGate.Providers.OpenAi;

/// <summary>What the delta of a chunk bears, and what else stands in the chunk.</summary>
[Flags]
public enum ChatChunkFlags : ushort
{
    /// <summary>Nothing of interest: a chunk that only names the role.</summary>
    None = 0,

    /// <summary>Text: a non-empty <c>delta.content</c>, or <c>text</c> of a legacy completion.</summary>
    Content = 1 << 0,

    /// <summary>Part of a tool call: non-empty <c>delta.tool_calls</c>, or <c>delta.function_call</c>.</summary>
    ToolCall = 1 << 1,

    /// <summary>Part of a refusal: a non-empty <c>delta.refusal</c>.</summary>
    Refusal = 1 << 2,

    /// <summary>Reasoning: a non-empty <c>delta.reasoning</c> or <c>delta.reasoning_content</c>.</summary>
    Reasoning = 1 << 3,

    /// <summary>Audio: an object in <c>delta.audio</c>.</summary>
    Audio = 1 << 4,

    /// <summary>An error in place of an answer.</summary>
    Error = 1 << 5,

    /// <summary>A <c>finish_reason</c> that is not <c>null</c>.</summary>
    Finish = 1 << 6,

    /// <summary>A <c>usage</c> object.</summary>
    Usage = 1 << 7,

    /// <summary>All that makes a chunk the first token.</summary>
    AnyContent = Content | ToolCall | Refusal | Reasoning | Audio,
}

/// <summary>The facts of one chunk of a streamed chat or legacy completion; slices point into the document scanned.</summary>
public struct ChatChunk
{
    /// <summary>What was found.</summary>
    public ChatChunkFlags Flags { get; internal set; }

    /// <summary>Whether the document is a whole answer: its choices bear a <c>message</c> instead of a <c>delta</c>.</summary>
    internal bool IsWhole { get; init; }

    /// <summary>How many choices the chunk has.</summary>
    public int Choices { get; internal set; }

    /// <summary>The highest <c>choices[].index</c>; a choice without one counts as 0; -1 without choices.</summary>
    public int MaxChoiceIndex { get; internal set; }

    /// <summary>The chunk's <c>id</c>.</summary>
    public JsonSlice Id { get; internal set; }

    /// <summary>The chunk's <c>model</c>.</summary>
    public JsonSlice Model { get; internal set; }

    /// <summary>The text of the first choice that has any.</summary>
    public JsonSlice Content { get; internal set; }

    /// <summary>The first <c>finish_reason</c> that is not <c>null</c>.</summary>
    public JsonSlice FinishReason { get; internal set; }

    /// <summary>The error, if <see cref="HasError"/>.</summary>
    public OpenAiErrorFacts Error { get; internal set; }

    /// <summary>The usage, if <see cref="HasUsage"/>.</summary>
    public TokenUsage Usage { get; internal set; }

    /// <summary>Whether the chunk bears content of any kind: text, tool call, refusal, reasoning, audio.</summary>
    public readonly bool IsFirstToken => (Flags & ChatChunkFlags.AnyContent) != 0;

    /// <summary>Whether the chunk bears text.</summary>
    public readonly bool HasContent => (Flags & ChatChunkFlags.Content) != 0;

    /// <summary>Whether the chunk bears part of a tool call.</summary>
    public readonly bool HasToolCall => (Flags & ChatChunkFlags.ToolCall) != 0;

    /// <summary>Whether the chunk bears part of a refusal.</summary>
    public readonly bool HasRefusal => (Flags & ChatChunkFlags.Refusal) != 0;

    /// <summary>Whether the chunk bears reasoning.</summary>
    public readonly bool HasReasoning => (Flags & ChatChunkFlags.Reasoning) != 0;

    /// <summary>Whether the chunk bears audio.</summary>
    public readonly bool HasAudio => (Flags & ChatChunkFlags.Audio) != 0;

    /// <summary>Whether the chunk is an error.</summary>
    public readonly bool HasError => (Flags & ChatChunkFlags.Error) != 0;

    /// <summary>Whether a choice finished.</summary>
    public readonly bool HasFinish => (Flags & ChatChunkFlags.Finish) != 0;

    /// <summary>Whether the chunk tells the usage.</summary>
    public readonly bool HasUsage => (Flags & ChatChunkFlags.Usage) != 0;

    /// <summary>Whether the provider's content filter finished a choice, and the document bears no content.</summary>
    /// <param name="json">The document the facts are of.</param>
    public readonly bool IsFiltered(ReadOnlySpan<byte> json) => HasFinish
        && OpenAiClassifier.ClassifyFinish(FinishReason.Of(json), IsFirstToken) == VerdictKind.ContentPolicy;
}
