using FastGate.Providers.Classification;

namespace FastGate.Providers.OpenAi;

/// <summary>What an event of a Responses API stream means for the relay.</summary>
public enum ResponsesEventKind : byte
{
    /// <summary>Neither content nor an end: created, in progress, an item added or done, and types not known here.</summary>
    Other,

    /// <summary>A delta with something in it: counts as a first token.</summary>
    Content,

    /// <summary><c>response.completed</c>: the end of a whole answer.</summary>
    Completed,

    /// <summary><c>response.incomplete</c>: the end of an answer cut by a limit or a filter; <see cref="ResponsesEvent.Reason"/> says which.</summary>
    Incomplete,

    /// <summary><c>response.failed</c>: the end without an answer.</summary>
    Failed,

    /// <summary><c>error</c>: the stream is over without an end event.</summary>
    Error,
}

/// <summary>The facts of one event of a Responses API stream, or of a whole response; slices point into the document scanned.</summary>
public struct ResponsesEvent
{
    /// <summary>What the event means.</summary>
    public ResponsesEventKind Kind { get; internal set; }

    /// <summary>The kind of content when <see cref="Kind"/> is <see cref="ResponsesEventKind.Content"/>: one of the content flags.</summary>
    public ChatChunkFlags Content { get; internal set; }

    /// <summary>The event's <c>type</c>.</summary>
    public JsonSlice Type { get; internal set; }

    /// <summary>The text of the event's <c>delta</c>.</summary>
    public JsonSlice Delta { get; internal set; }

    /// <summary><c>response.id</c>.</summary>
    public JsonSlice Id { get; internal set; }

    /// <summary><c>response.incomplete_details.reason</c>: <c>max_output_tokens</c> or <c>content_filter</c>.</summary>
    public JsonSlice Reason { get; internal set; }

    /// <summary>The error of a failed response or an error event.</summary>
    public OpenAiErrorFacts Error { get; internal set; }

    /// <summary>Whether <see cref="Usage"/> was there.</summary>
    public bool HasUsage { get; internal set; }

    /// <summary><c>response.usage</c>.</summary>
    public TokenUsage Usage { get; internal set; }

    /// <summary>Whether the provider's content filter ended the response, before it had any content.</summary>
    /// <param name="json">The document the facts are of.</param>
    /// <param name="hasContent">Whether content came before.</param>
    public readonly bool IsFiltered(ReadOnlySpan<byte> json, bool hasContent) => Kind == ResponsesEventKind.Incomplete
        && OpenAiClassifier.ClassifyFinish(Reason.Of(json), hasContent) == VerdictKind.ContentPolicy;

    /// <summary>Whether the event bears content.</summary>
    public readonly bool IsFirstToken => Kind == ResponsesEventKind.Content;

    /// <summary>Whether the stream is over with this event, well or not.</summary>
    public readonly bool IsTerminal => Kind >= ResponsesEventKind.Completed;
}
