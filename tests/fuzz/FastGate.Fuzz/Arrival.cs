using System.Buffers;

namespace FastGate.Fuzz;

/// <summary>Cuts inputs into segments at random.</summary>
internal static class Arrival
{
    public static ReadOnlySequence<byte> Segments(ReadOnlySpan<byte> octets, Random random)
    {
        int longest = random.Pick(1, 3, 20, 1000);
        Piece? first = null;
        Piece? last = null;
        do
        {
            int length = Math.Min(octets.Length, random.Next(1, longest + 1));
            last = new Piece(octets[..length].ToArray(), last);
            first ??= last;
            octets = octets[length..];
        }
        while (!octets.IsEmpty);

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(byte[] octets, Piece? previous)
        {
            Memory = octets;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
