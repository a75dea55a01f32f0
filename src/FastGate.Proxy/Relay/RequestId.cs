using System.Buffers.Text;

namespace FastGate.Proxy.Relay;

/// <summary>Makes request ids: <c>fg-</c> and 16 hexadecimal digits, unlike any other connection's.</summary>
internal sealed class RequestId
{
    /// <summary>The longest id a client may choose itself.</summary>
    internal const int MaxLength = 128;

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

    /// <summary>Takes the client's id if it is 1 to 128 visible ASCII characters, else makes one; returns its length.</summary>
    internal int Choose(ReadOnlySpan<byte> clientsId, Span<byte> destination)
    {
        if (clientsId.Length is > 0 and <= MaxLength && !clientsId.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e))
        {
            clientsId.CopyTo(destination);
            return clientsId.Length;
        }

        "fg-"u8.CopyTo(destination);
        _next += _step;
        Utf8Formatter.TryFormat(_next, destination[3..], out int written, new System.Buffers.StandardFormat('x', 16));
        return 3 + written;
    }
}
