using System.Buffers.Binary;
using FastGate.Proxy.Answers;
using FastGate.Routing.Outcomes;

namespace FastGate.Proxy.Idempotency;

/// <summary>
/// The answer of a run that has ended, in one piece: 96 octets (key, request, when it is forgotten, lengths, status), then the target, the
/// header lines and the body, filled up to a multiple of 8. What was written is not changed any more, so it is read without a lock, also
/// after the store has given it up.
/// </summary>
internal readonly struct KeptAnswer
{
    private const int RequestAt = AnswerKey.Length;
    private const int ExpiryAt = RequestAt + AnswerKey.Length;
    private const int BodyLengthAt = ExpiryAt + sizeof(long);
    private const int LinesLengthAt = BodyLengthAt + sizeof(int);
    private const int AttemptsAt = LinesLengthAt + sizeof(int);
    private const int TargetLengthAt = AttemptsAt + sizeof(int);
    private const int StatusAt = TargetLengthAt + sizeof(ushort);
    private const int FallbackAt = StatusAt + sizeof(ushort);
    private const int FramingAt = FallbackAt + 1;
    private const int HeadSize = 96;

    private readonly byte[] _memory;
    private readonly int _offset;

    /// <summary>The entry at a place.</summary>
    internal KeptAnswer(byte[] memory, int offset)
    {
        _memory = memory;
        _offset = offset;
    }

    /// <summary>Octets it takes.</summary>
    internal int Size => SizeOf(TargetLength, LinesLength, BodyLength);

    /// <summary>A hash of its key.</summary>
    internal uint Hash => AnswerKey.IndexHashOf(Entry);

    /// <summary>The tick at which it is forgotten.</summary>
    internal long ExpiryTick => BinaryPrimitives.ReadInt64LittleEndian(Entry[ExpiryAt..]);

    internal int Status => BinaryPrimitives.ReadUInt16LittleEndian(Entry[StatusAt..]);

    internal int Attempts => BinaryPrimitives.ReadInt32LittleEndian(Entry[AttemptsAt..]);

    internal FailureClass Fallback => (FailureClass)Entry[FallbackAt];

    /// <summary>Whether the head tells the body's length, as it did for the first client; otherwise it came in pieces.</summary>
    internal bool TellsLength => Entry[FramingAt] != 0;

    /// <summary><c>provider/model</c> that answered; empty if none did.</summary>
    internal ReadOnlySpan<byte> Target => Entry.Slice(HeadSize, TargetLength);

    /// <summary>The header lines that clients saw, each with its CRLF; the gateway's own and the framing are not among them.</summary>
    internal ReadOnlySpan<byte> Lines => Entry.Slice(HeadSize + TargetLength, LinesLength);

    internal ReadOnlyMemory<byte> Body => _memory.AsMemory(_offset + HeadSize + TargetLength + LinesLength, BodyLength);

    private int BodyLength => BinaryPrimitives.ReadInt32LittleEndian(Entry[BodyLengthAt..]);

    private int LinesLength => BinaryPrimitives.ReadInt32LittleEndian(Entry[LinesLengthAt..]);

    private int TargetLength => BinaryPrimitives.ReadUInt16LittleEndian(Entry[TargetLengthAt..]);

    private ReadOnlySpan<byte> Entry => _memory.AsSpan(_offset);

    /// <summary>Octets a run's answer takes.</summary>
    internal static int SizeOf(IdempotentRun run) => SizeOf(run.Head!.Target.Length, run.Head.Lines.Length, (int)run.Recording.Length);

    /// <summary>Writes the answer of a run that is finished.</summary>
    /// <param name="entry">Room for it.</param>
    /// <param name="run">The run, held by the caller, its recording whole.</param>
    /// <param name="expiryTick">When it is forgotten.</param>
    internal static void Write(Span<byte> entry, IdempotentRun run, long expiryTick)
    {
        AnswerHead head = run.Head!;
        AnswerKey.Read(run.Key).CopyTo(entry);
        AnswerKey.Read(run.Request).CopyTo(entry[RequestAt..]);
        BinaryPrimitives.WriteInt64LittleEndian(entry[ExpiryAt..], expiryTick);
        BinaryPrimitives.WriteInt32LittleEndian(entry[BodyLengthAt..], (int)run.Recording.Length);
        BinaryPrimitives.WriteInt32LittleEndian(entry[LinesLengthAt..], head.Lines.Length);
        BinaryPrimitives.WriteInt32LittleEndian(entry[AttemptsAt..], head.Attempts);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[TargetLengthAt..], (ushort)head.Target.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[StatusAt..], (ushort)head.Status);
        entry[FallbackAt] = (byte)head.Fallback;
        entry[FramingAt] = head.Length >= 0 ? (byte)1 : (byte)0;
        head.Target.CopyTo(entry[HeadSize..]);
        head.Lines.CopyTo(entry[(HeadSize + head.Target.Length)..]);
        run.Recording.CopyTo(entry[(HeadSize + head.Target.Length + head.Lines.Length)..]);
    }

    internal bool IsFor(in AnswerKey key) => Entry[..AnswerKey.Length].SequenceEqual(AnswerKey.Read(key));

    /// <summary>Whether it answers what is asked now.</summary>
    internal bool Answers(in AnswerKey request) => Entry.Slice(RequestAt, AnswerKey.Length).SequenceEqual(AnswerKey.Read(request));

    private static int SizeOf(int target, int lines, int body) => (int)AnswerLocation.Align(HeadSize + target + lines + body);
}
