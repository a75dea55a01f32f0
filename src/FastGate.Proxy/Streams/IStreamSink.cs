using FastGate.Protocol.Sse;

namespace FastGate.Proxy.Streams;

/// <summary>Where the events of an upstream's stream go once the stream is the client's.</summary>
internal interface IStreamSink
{
    /// <summary>Whether it wants no more of the stream.</summary>
    bool IsRefused { get; }

    /// <summary>Takes an event that belongs to the answer.</summary>
    /// <param name="item">The event; valid during the call.</param>
    /// <param name="progress">How far the stream is, this event included.</param>
    void OnEvent(in SseEvent item, in StreamProgress progress);

    /// <summary>Takes a comment: no part of the answer, but it keeps a connection alive.</summary>
    /// <param name="item">The block; valid during the call.</param>
    void OnComment(in SseEvent item);
}
