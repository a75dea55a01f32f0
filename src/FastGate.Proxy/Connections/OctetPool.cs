using System.Buffers;
using System.Numerics;
using FastGate.Protocol.Pooling;

namespace FastGate.Proxy.Connections;

/// <summary>
/// Arrays for octets that are kept for as long as a stream lasts: two sizes for each power of two, so that at most a third of one is idle,
/// and as many of them kept as ten thousand streams need at once.
/// </summary>
internal static class OctetPool
{
    /// <summary>The largest size kept here; larger ones are few, and the runtime's own pool has them.</summary>
    internal const int Largest = 64 * 1024;

    private const int SmallestLog = 8;
    private const int Classes = ((16 - SmallestLog) * 2) + 1;
    private const int MostShared = 16 * 1024;
    private const int MostSharedOctets = 16 * 1024 * 1024;
    private const int MostLocal = 32;

    private static readonly StackPool<byte[]>[] Pools = [.. Enumerable.Range(0, Classes).Select(c => new StackPool<byte[]>(MostLocal, Math.Min(MostShared, MostSharedOctets / SizeOf(c))))];

    [ThreadStatic]
    private static LocalStack<byte[]>?[]? _local;

    /// <summary>An array of at least <paramref name="size"/> octets, whatever they are.</summary>
    internal static byte[] Rent(int size)
    {
        if (size > Largest)
        {
            return ArrayPool<byte>.Shared.Rent(size);
        }

        int c = ClassOf(size);
        return Pools[c].TryRent(ref Local(c)) ?? GC.AllocateUninitializedArray<byte>(SizeOf(c));
    }

    /// <summary>Takes an array back. The caller keeps no reference to it.</summary>
    internal static void Return(byte[] array)
    {
        if (array.Length > Largest)
        {
            ArrayPool<byte>.Shared.Return(array);
            return;
        }

        int c = ClassOf(array.Length);
        Pools[c].Return(ref Local(c), array);
    }

    private static ref LocalStack<byte[]>? Local(int c) => ref (_local ??= new LocalStack<byte[]>?[Classes])[c];

    // 256, 384, 512, 768, 1024, ...
    private static int SizeOf(int c) => (2 + (c & 1)) << (SmallestLog - 1 + (c >> 1));

    private static int ClassOf(int size)
    {
        if (size <= 1 << SmallestLog)
        {
            return 0;
        }

        int log = BitOperations.Log2((uint)size - 1);
        return ((log - SmallestLog) * 2) + (size <= 3 << (log - 1) ? 1 : 2);
    }
}
