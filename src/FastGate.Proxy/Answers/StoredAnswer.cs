using System.Buffers;
using System.Buffers.Binary;
using FastGate.Proxy.Connections;

namespace FastGate.Proxy.Answers;

/// <summary>
/// The octets under which an answer is stored, in memory and on disk: a version, what kind it is, the target that gave it, its content
/// type, and the body: a stream's events, or the whole body of any other.
/// </summary>
internal readonly struct StoredAnswer
{
    private const byte Version = 1;
    private const byte StreamFlag = 1;
    private const byte UsageFlag = 2;
    private const int FixedSize = 6;

    private StoredAnswer(byte flags, ReadOnlySequence<byte> target, ReadOnlySequence<byte> contentType, ReadOnlySequence<byte> body)
    {
        IsStream = (flags & StreamFlag) != 0;
        HasUsage = (flags & UsageFlag) != 0;
        Target = target;
        ContentType = contentType;
        Body = body;
    }

    /// <summary>Whether the body is a stream's events.</summary>
    internal bool IsStream { get; }

    /// <summary>Whether a stream was asked to tell its usage.</summary>
    internal bool HasUsage { get; }

    /// <summary><c>provider/model</c> that answered.</summary>
    internal ReadOnlySequence<byte> Target { get; }

    internal ReadOnlySequence<byte> ContentType { get; }

    internal ReadOnlySequence<byte> Body { get; }

    /// <summary>Writes everything that comes before the body.</summary>
    internal static void Begin(BodyBuffer output, bool isStream, bool hasUsage, ReadOnlySpan<byte> target, ReadOnlySpan<byte> contentType)
    {
        Span<byte> head = stackalloc byte[FixedSize];
        head[0] = Version;
        head[1] = (byte)((isStream ? StreamFlag : 0) | (hasUsage ? UsageFlag : 0));
        BinaryPrimitives.WriteUInt16LittleEndian(head[2..], (ushort)target.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(head[4..], (ushort)contentType.Length);
        output.Append(head);
        output.Append(target);
        output.Append(contentType);
    }

    /// <summary>Reads one; false when the octets are of another version, or damaged.</summary>
    internal static bool TryRead(ReadOnlySequence<byte> octets, out StoredAnswer answer)
    {
        answer = default;
        if (octets.Length < FixedSize)
        {
            return false;
        }

        Span<byte> head = stackalloc byte[FixedSize];
        octets.Slice(0, FixedSize).CopyTo(head);
        int target = BinaryPrimitives.ReadUInt16LittleEndian(head[2..]);
        int contentType = BinaryPrimitives.ReadUInt16LittleEndian(head[4..]);
        if (head[0] != Version || octets.Length < FixedSize + target + contentType)
        {
            return false;
        }

        octets = octets.Slice(FixedSize);
        answer = new StoredAnswer(head[1], octets.Slice(0, target), octets.Slice(target, contentType), octets.Slice(target + contentType));
        return true;
    }
}
