namespace FastGate.Proxy.Answers;

/// <summary>A piece of memory that entries are written into one behind the other, until it is full; it is given up as a whole.</summary>
internal sealed class AnswerSegment(int id, byte[] memory)
{
    internal int Id { get; } = id;

    internal byte[] Memory { get; } = memory;

    /// <summary>Octets written.</summary>
    internal int Used { get; set; }

    internal Span<byte> At(int offset) => Memory.AsSpan(offset);
}
