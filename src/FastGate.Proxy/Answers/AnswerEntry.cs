using System.Buffers;
using System.Buffers.Binary;

namespace FastGate.Proxy.Answers;

/// <summary>The layout of an entry in a segment: 48 octets of head, the answer, and filling up to a multiple of 8.</summary>
internal static class AnswerEntry
{
    /// <summary>How often a reading is counted at most.</summary>
    internal const byte HighestFrequency = 3;

    private const int HeadSize = 48;
    private const int LengthAt = AnswerKey.Length;
    private const int StoredAt = LengthAt + sizeof(int);
    private const int FrequencyAt = StoredAt + sizeof(uint);

    /// <summary>Octets an entry with an answer of this length takes.</summary>
    internal static long SizeOf(long length) => AnswerLocation.Align(HeadSize + length);

    internal static void Write(Span<byte> entry, in AnswerKey key, in ReadOnlySequence<byte> answer, long stored, byte frequency)
    {
        AnswerKey.Read(key).CopyTo(entry);
        BinaryPrimitives.WriteInt32LittleEndian(entry[LengthAt..], (int)answer.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[StoredAt..], (uint)stored);
        entry[FrequencyAt] = frequency;
        answer.CopyTo(entry[HeadSize..]);
    }

    internal static bool IsFor(ReadOnlySpan<byte> entry, in AnswerKey key) => entry[..AnswerKey.Length].SequenceEqual(AnswerKey.Read(key));

    internal static int SizeOf(ReadOnlySpan<byte> entry) => (int)SizeOf((long)LengthOf(entry));

    /// <summary>When it was stored, in seconds of the Unix epoch (until 2106).</summary>
    internal static long StoredOf(ReadOnlySpan<byte> entry) => BinaryPrimitives.ReadUInt32LittleEndian(entry[StoredAt..]);

    internal static ReadOnlySpan<byte> AnswerOf(ReadOnlySpan<byte> entry) => entry.Slice(HeadSize, LengthOf(entry));

    internal static ref byte Frequency(Span<byte> entry) => ref entry[FrequencyAt];

    private static int LengthOf(ReadOnlySpan<byte> entry) => BinaryPrimitives.ReadInt32LittleEndian(entry[LengthAt..]);
}
