using System.Diagnostics.CodeAnalysis;
using FastGate.Providers.OpenAi;
using FastGate.Proxy.Endpoints;

namespace FastGate.Proxy.Streams;

/// <summary>
/// Follows a stream's events far enough to know when its first token has come, when it is complete, and when it has failed. It reads
/// each event once and keeps nothing of it.
/// </summary>
internal struct StreamProgress(StreamGrammar grammar)
{
    private ChatChunk _chunk;
    private ulong _choicesSeen;
    private ulong _choicesFinished;

    /// <summary>The facts of the event noted last, in the chat grammar, unless it was the end mark.</summary>
    [UnscopedRef]
    internal readonly ref readonly ChatChunk Chunk => ref _chunk;

    /// <summary>Content has come: text, a tool call, a refusal, reasoning or audio.</summary>
    internal bool HasContent { get; private set; }

    /// <summary>The event noted last belongs to the answer. What only keeps a connection open (<c>{"type":"ping"}</c>) does not.</summary>
    internal bool IsLife { get; private set; }

    /// <summary>The stream's own end mark has come (<c>[DONE]</c>, <c>response.completed</c>).</summary>
    internal bool IsEnded { get; private set; }

    /// <summary>The provider reported an error in place of an answer.</summary>
    internal bool HasFailed { get; private set; }

    /// <summary>What the provider said the answer cost; the counts it did not tell are -1. Counts stand for the whole answer, so the last ones told hold.</summary>
    internal TokenUsage Usage { get; private set; } = TokenUsage.Unknown;

    /// <summary>Every choice that was begun has a finish reason, or the stream has its end mark: nothing of the answer is missing.</summary>
    internal readonly bool IsAnswered => IsEnded || (_choicesFinished != 0 && _choicesFinished == _choicesSeen);

    /// <summary>Whether an end mark belongs to the grammar; without one the end of the body is the end.</summary>
    internal readonly bool NeedsEndMark => grammar != StreamGrammar.None;

    /// <summary>The provider's content filter ended the answer before it had any content.</summary>
    internal bool IsFiltered { get; private set; }

    /// <summary>Notes one event.</summary>
    /// <param name="data">The event's data.</param>
    /// <returns>What is to be done with the event.</returns>
    internal EventAction Note(ReadOnlySpan<byte> data) => grammar switch
    {
        StreamGrammar.Chat => NoteChat(data),
        StreamGrammar.Responses => NoteResponses(data),
        _ => NoteUnknown(),
    };

    private EventAction NoteChat(ReadOnlySpan<byte> data)
    {
        ref ChatChunk chunk = ref _chunk;
        if (!ChatChunkScanner.TryScan(data, out chunk))
        {
            if (!ChatChunkScanner.IsDone(data))
            {
                return EventAction.Drop;
            }

            IsEnded = IsLife = true;
            return EventAction.Pass;
        }

        IsLife = chunk.Choices > 0 || chunk.HasUsage;
        if (chunk.HasError)
        {
            HasFailed = true;
            return EventAction.Drop;
        }

        HasContent |= chunk.IsFirstToken;
        IsFiltered |= !HasContent && chunk.IsFiltered(data);
        if (chunk.HasUsage)
        {
            Usage = chunk.Usage;
        }

        if (chunk.MaxChoiceIndex >= 0)
        {
            // More than 64 choices share the last bit: providers allow 128 at most, and only completeness is judged by it.
            ulong bit = 1UL << Math.Min(chunk.MaxChoiceIndex, 63);
            _choicesSeen |= bit;
            if (chunk.HasFinish)
            {
                _choicesFinished |= bit;
            }
        }

        return EventAction.Pass;
    }

    private EventAction NoteResponses(ReadOnlySpan<byte> data)
    {
        if (!ResponsesEventScanner.TryScan(data, out ResponsesEvent facts))
        {
            return EventAction.Drop;
        }

        HasContent |= facts.IsFirstToken;
        IsLife = facts.Type.Of(data).StartsWith("response."u8);
        if (facts.HasUsage)
        {
            Usage = facts.Usage;
        }

        IsFiltered |= facts.IsFiltered(data, HasContent);
        switch (facts.Kind)
        {
            case ResponsesEventKind.Completed or ResponsesEventKind.Incomplete:
                IsEnded = true;
                return EventAction.Pass;
            case ResponsesEventKind.Failed or ResponsesEventKind.Error:
                HasFailed = true;
                return EventAction.Drop;
            default:
                return EventAction.Pass;
        }
    }

    private EventAction NoteUnknown()
    {
        HasContent = IsLife = true;
        return EventAction.Pass;
    }
}
