using System.Buffers;
using System.Text;

namespace FastGate.Protocol.Tests.Http;

/// <summary>Builds inputs of one or many segments.</summary>
internal static class Sequences
{
    public static byte[] Latin1(string text) => Encoding.Latin1.GetBytes(text);

    public static string Latin1(ReadOnlySpan<byte> octets) => Encoding.Latin1.GetString(octets);

    public static ReadOnlySequence<byte> Single(string text) => new(Latin1(text));

    /// <summary>The octets in segments of a given size.</summary>
    public static ReadOnlySequence<byte> Segmented(ReadOnlySpan<byte> octets, int segmentSize)
    {
        var cuts = new List<int>();
        for (int i = segmentSize; i < octets.Length; i += segmentSize)
        {
            cuts.Add(i);
        }

        return Cut(octets, [.. cuts]);
    }

    /// <summary>The octets cut at the given offsets.</summary>
    public static ReadOnlySequence<byte> Cut(ReadOnlySpan<byte> octets, params int[] offsets)
    {
        if (offsets.Length == 0)
        {
            return new ReadOnlySequence<byte>(octets.ToArray());
        }

        Segment? first = null;
        Segment? last = null;
        int start = 0;
        foreach (int end in offsets.Append(octets.Length))
        {
            last = new Segment(octets[start..end].ToArray(), last);
            first ??= last;
            start = end;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] octets, Segment? previous)
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
