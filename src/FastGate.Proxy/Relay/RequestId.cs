using System.Buffers.Binary;

namespace FastGate.Proxy.Relay;

/// <summary>Makes request ids: <c>fg-</c> and 16 hexadecimal digits, unlike any other connection's.</summary>
internal sealed class RequestId
{
    /// <summary>The longest id a client may choose itself.</summary>
    internal const int MaxLength = 128;

    /// <summary>The length of one that is made.</summary>
    internal const int OwnLength = 19;

    // An odd step makes the sequence run through all 2^64 values; where it starts and how it steps is random for each connection.
    private readonly ulong _step;
    private ulong _next;

    internal RequestId()
    {
        Span<ulong> seed = stackalloc ulong[2];
        Random.Shared.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(seed));
        _next = seed[0];
        _step = seed[1] | 1;
    }

    /// <summary>
    /// Takes the client's id if it is 1 to 128 visible ASCII characters, else makes one; returns its length. The destination has room for
    /// one that is made, and grows for a longer one.
    /// </summary>
    internal int Choose(ReadOnlySpan<byte> clientsId, ref byte[] destination)
    {
        if (clientsId.Length is > 0 and <= MaxLength && !clientsId.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e))
        {
            if (clientsId.Length > destination.Length)
            {
                destination = new byte[MaxLength];
            }

            clientsId.CopyTo(destination);
            return clientsId.Length;
        }

        "fg-"u8.CopyTo(destination);
        _next += _step;
        WriteHex(_next, destination.AsSpan(3));
        return 3 + 16;
    }

    // Sixteen digits, eight at a time: every half octet gets an octet of its own, and those above nine the distance from '9' to 'a'.
    private static void WriteHex(ulong value, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, Digits((uint)(value >> 32)));
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Digits((uint)value));
    }

    private static ulong Digits(uint value)
    {
        ulong spread = value;
        spread = (spread | (spread << 16)) & 0x0000FFFF0000FFFF;
        spread = (spread | (spread << 8)) & 0x00FF00FF00FF00FF;
        spread = (spread | (spread << 4)) & 0x0F0F0F0F0F0F0F0F;
        ulong letters = ((spread + 0x0606060606060606) >> 4) & 0x0101010101010101;
        return spread + 0x3030303030303030 + (letters * ('a' - '9' - 1));
    }
}
