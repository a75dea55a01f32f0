namespace FastGate.Protocol.Json;

/// <summary>Where a value lies in a body, and what it is. The default says there is none.</summary>
/// <param name="Offset">The value's first octet, counted from the start of the body.</param>
/// <param name="Length">Its length in octets; quotes and brackets are part of it.</param>
/// <param name="Kind">What it is.</param>
public readonly record struct ValueRange(long Offset, long Length, JsonKind Kind)
{
    /// <summary>Whether the member is there, <c>null</c> included.</summary>
    public bool IsPresent => Kind != JsonKind.None;

    /// <summary>Whether the member is there and not <c>null</c>.</summary>
    public bool HasValue => Kind is not (JsonKind.None or JsonKind.Null);

    /// <summary>The first octet after the value.</summary>
    public long End => Offset + Length;
}
