using System.Buffers;

namespace FastGate.Protocol.Tests.Json;

/// <summary>Sequences whose segments are cut where a test wants them.</summary>
internal static class Segments
{
    public static ReadOnlySequence<byte> Of(params ReadOnlyMemory<byte>[] pieces)
    {
        var first = new Segment(pieces[0], 0);
        Segment last = first;
        foreach (ReadOnlyMemory<byte> piece in pieces[1..])
        {
            last = last.Append(piece);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    public static ReadOnlySequence<byte> Cut(byte[] octets, params int[] cuts)
    {
        var pieces = new List<ReadOnlyMemory<byte>>();
        int start = 0;
        foreach (int cut in cuts)
        {
            pieces.Add(octets.AsMemory(start, cut - start));
            start = cut;
        }

        pieces.Add(octets.AsMemory(start));
        return Of([.. pieces]);
    }

    /// <summary>Cut at random places, empty segments among them.</summary>
    public static ReadOnlySequence<byte> CutAtRandom(byte[] octets, Random random)
    {
        int[] cuts = [.. Enumerable.Range(0, random.Next(0, 6)).Select(_ => random.Next(0, octets.Length + 1)).Order()];
        return Cut(octets, cuts);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long runningIndex)
        {
            Memory = memory;
            RunningIndex = runningIndex;
        }

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
