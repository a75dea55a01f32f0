namespace FastGate.Proxy.Replay;

/// <summary>A piece of a recording's memory. What changes is written under the lock of the recording that has it, but for the first frame's place.</summary>
/// <param name="octets">Its memory, <see cref="Size"/> octets.</param>
internal sealed class ReplaySegment(byte[] octets)
{
    /// <summary>Octets of a segment.</summary>
    internal const int Size = 4096;

    /// <summary>The number of the first frame where no frame begins.</summary>
    internal const long NoFrame = long.MaxValue;

    private long _firstNumber = NoFrame;
    private int _firstOffset;

    internal byte[] Octets { get; } = octets;

    /// <summary>The segment behind this one, in a recording or among the spare ones.</summary>
    internal ReplaySegment? Next { get; set; }

    /// <summary>Where the recording's octets in this segment begin, counted from the recording's first.</summary>
    internal long Start { get; private set; }

    /// <summary>The number of the first frame that begins here; <see cref="NoFrame"/> if none does.</summary>
    internal long FirstNumber => Volatile.Read(ref _firstNumber);

    /// <summary>Where that frame begins. Of no meaning unless <see cref="FirstNumber"/> was read before and names a frame.</summary>
    internal int FirstOffset => _firstOffset;

    internal void Reset(long start)
    {
        Next = null;
        Start = start;
        _firstNumber = NoFrame;
    }

    /// <summary>Notes that a frame begins here. By the writer, while others may look.</summary>
    internal void BeginFrame(long number, int offset)
    {
        if (_firstNumber == NoFrame)
        {
            // The offset first: who sees the number must see the offset that belongs to it.
            _firstOffset = offset;
            Volatile.Write(ref _firstNumber, number);
        }
    }
}
