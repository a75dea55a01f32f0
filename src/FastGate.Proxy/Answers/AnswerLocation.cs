namespace FastGate.Proxy.Answers;

/// <summary>
/// Where an entry lies, as an <see cref="AnswerIndex"/> keeps it: the id of a segment, and in its lower 15 bits the place in it, counted
/// in multiples of 8.
/// </summary>
internal static class AnswerLocation
{
    /// <summary>Entries begin at multiples of this.</summary>
    internal const int Alignment = 8;

    /// <summary>Octets of a segment at most.</summary>
    internal const int LargestSegment = Alignment << OffsetBits;

    /// <summary>The highest id: a location is never all ones.</summary>
    internal const int HighestId = (1 << (32 - OffsetBits)) - 2;

    private const int OffsetBits = 15;

    /// <summary>Octets that something takes so that the next entry is aligned.</summary>
    internal static long Align(long octets) => (octets + Alignment - 1) & -Alignment;

    internal static uint Of(int id, int offset) => ((uint)id << OffsetBits) | (uint)(offset / Alignment);

    internal static int IdOf(uint location) => (int)(location >> OffsetBits);

    internal static int OffsetOf(uint location) => (int)(location & ((1 << OffsetBits) - 1)) * Alignment;
}
