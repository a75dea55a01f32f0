namespace FastGate.Protocol.Sse;

/// <summary>Why an <see cref="SseReader"/> stopped reporting events.</summary>
public enum SseError : byte
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>A block grew past the reader's limit before its blank line came. Sticky until <see cref="SseReader.Reset"/>.</summary>
    EventTooLarge,
}
