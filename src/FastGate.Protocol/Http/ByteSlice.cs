namespace FastGate.Protocol.Http;

/// <summary>A run of octets inside the bytes of a message head; see <see cref="MessageHead.Bytes"/>.</summary>
/// <param name="Offset">Offset of the first octet, counted from the start of the head.</param>
/// <param name="Length">Number of octets; 0 for an absent or empty part.</param>
public readonly record struct ByteSlice(int Offset, int Length)
{
    /// <summary>Offset just past the last octet.</summary>
    public int End => Offset + Length;

    /// <summary>True when the slice holds no octets.</summary>
    public bool IsEmpty => Length == 0;
}
