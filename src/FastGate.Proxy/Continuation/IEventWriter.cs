namespace FastGate.Proxy.Continuation;

/// <summary>Writes events to a client.</summary>
internal interface IEventWriter
{
    /// <summary>Writes one whole event.</summary>
    void WriteEvent(ReadOnlySpan<byte> raw);

    /// <summary>Writes a block that is no event: comments.</summary>
    void WriteComment(ReadOnlySpan<byte> raw);
}
