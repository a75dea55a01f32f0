namespace FastGate.Proxy.Endpoints;

/// <summary>How the events of an endpoint's streams tell content, completion and failure.</summary>
internal enum StreamGrammar : byte
{
    /// <summary>Not known: events are passed on and the stream's end is its completion.</summary>
    None,

    /// <summary><c>chat.completion.chunk</c> and legacy completions: <c>choices</c>, <c>finish_reason</c>, <c>[DONE]</c>.</summary>
    Chat,

    /// <summary>The Responses API: typed events up to <c>response.completed</c>.</summary>
    Responses,
}
