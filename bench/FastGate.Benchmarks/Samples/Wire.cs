using System.Buffers;
using System.Globalization;
using System.Text;

namespace FastGate.Benchmarks.Samples;

/// <summary>Octets as they lie in memory and as they go over the wire.</summary>
internal static class Wire
{
    /// <summary>The size of a block of the socket transport's memory.</summary>
    public const int BlockSize = 4096;

    public static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    /// <summary>One chunk of chunked framing.</summary>
    public static byte[] Chunk(byte[] data) => Join(Encoding.ASCII.GetBytes(data.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"), data, "\r\n"u8.ToArray());

    /// <summary>The octets in blocks, as a pipe that received them holds them.</summary>
    public static ReadOnlySequence<byte> InBlocks(byte[] octets)
    {
        if (octets.Length <= BlockSize)
        {
            return new ReadOnlySequence<byte>(octets);
        }

        var first = new Block(octets.AsMemory(0, BlockSize), null);
        Block last = first;
        for (int start = BlockSize; start < octets.Length; start += BlockSize)
        {
            last = new Block(octets.AsMemory(start, Math.Min(BlockSize, octets.Length - start)), last);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Block : ReadOnlySequenceSegment<byte>
    {
        public Block(ReadOnlyMemory<byte> memory, Block? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
                previous.Next = this;
            }
        }
    }
}
