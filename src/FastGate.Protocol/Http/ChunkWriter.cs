using System.Buffers;
using System.Diagnostics;
using System.Numerics;

namespace FastGate.Protocol.Http;

/// <summary>Writes chunked framing (RFC 9112 §7.1).</summary>
public static class ChunkWriter
{
    // A chunk up to this lies in one piece; a larger one may lie in several, so that no writer has to find memory to its measure.
    private const int MostInOnePiece = 16 * 1024;

    /// <summary>Octets of the longest prefix: eight digits and CRLF.</summary>
    public const int MaxPrefixLength = 10;

    /// <summary>What follows the data of every chunk: CRLF.</summary>
    public static ReadOnlySpan<byte> Suffix => "\r\n"u8;

    /// <summary>What ends a body without trailers.</summary>
    public static ReadOnlySpan<byte> LastChunk => "0\r\n\r\n"u8;

    /// <summary>Octets of the prefix of a chunk.</summary>
    /// <param name="size">Octets of data in the chunk, at least 1.</param>
    public static int PrefixLength(int size)
    {
        Debug.Assert(size > 0, "A chunk of size 0 ends the body.");
        return (BitOperations.Log2((uint)size) >> 2) + 3;
    }

    /// <summary>Writes the prefix of a chunk: its size in hexadecimal, and CRLF.</summary>
    /// <param name="destination">At least <see cref="PrefixLength"/> octets.</param>
    /// <param name="size">Octets of data in the chunk, at least 1: a chunk of size 0 would end the body.</param>
    /// <returns>The octets written.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1.</exception>
    public static int WritePrefix(Span<byte> destination, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        int length = PrefixLength(size);
        destination = destination[..length];
        destination[length - 1] = (byte)'\n';
        destination[length - 2] = (byte)'\r';
        for (int i = length - 3; i >= 0; i--)
        {
            destination[i] = "0123456789abcdef"u8[size & 15];
            size >>= 4;
        }

        return length;
    }

    /// <summary>Writes a whole chunk: prefix, data and suffix. Writes nothing for empty data.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="data">The data.</param>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> data) => Write(output, data, default);

    /// <summary>Writes a whole chunk whose data come in two parts. Writes nothing for empty data.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="head">The first part of the data.</param>
    /// <param name="rest">The other part.</param>
    public static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> head, ReadOnlySpan<byte> rest)
    {
        int size = head.Length + rest.Length;
        if (size == 0)
        {
            return;
        }

        if (size > MostInOnePiece)
        {
            output.Advance(WritePrefix(output.GetSpan(MaxPrefixLength), size));
            output.Write(head);
            output.Write(rest);
            output.Write(Suffix);
            return;
        }

        int length = PrefixLength(size) + size + 2;
        Span<byte> span = output.GetSpan(length);
        int prefix = WritePrefix(span, size);
        head.CopyTo(span[prefix..]);
        rest.CopyTo(span[(prefix + head.Length)..]);
        Suffix.CopyTo(span[(prefix + size)..]);
        output.Advance(length);
    }
}
