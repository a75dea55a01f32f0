using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace FastGate.Transport.Memory;

/// <summary>
/// A piece of pinned memory that a socket receives into or sends from, and a link of a chain of them. It belongs to one reader or writer
/// at a time; its pool takes it back.
/// </summary>
internal sealed unsafe class Block : ReadOnlySequenceSegment<byte>
{
    private readonly byte[] _array;
    private readonly byte* _start;

    // Beside what else is read of a block, not at the head of its octets, which may have left the cache.
    private readonly int _size;

    internal Block(int size)
    {
        _size = size;
        _array = GC.AllocateUninitializedArray<byte>(size, pinned: true);
        _start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_array));
        Memory = _array;
    }

    /// <summary>Octets it has room for.</summary>
    internal int Size => _size;

    /// <summary>Octets written to it.</summary>
    internal int Filled { get; set; }

    /// <summary>Octets that can still be written.</summary>
    internal int Room => _size - Filled;

    /// <summary>The next one of the chain.</summary>
    internal Block? Following
    {
        get => Unsafe.As<Block?>(Next);
        set => Next = value;
    }

    /// <summary>Where octets are written next. The memory does not move.</summary>
    internal byte* End => _start + Filled;

    /// <summary>The octet at an offset. The memory does not move.</summary>
    internal byte* At(int offset) => _start + offset;

    internal Memory<byte> FreeMemory => _array.AsMemory(Filled);

    internal Span<byte> FreeSpan => _array.AsSpan(Filled);

    /// <summary>Appends a block to this one, which gets no more octets from now on.</summary>
    internal void LinkForReading(Block next)
    {
        Memory = _array.AsMemory(0, Filled);
        next.RunningIndex = RunningIndex + Filled;
        Next = next;
    }

    /// <summary>Empty and alone again.</summary>
    internal void Clear()
    {
        if (Memory.Length != _size)
        {
            Memory = _array;
        }

        Next = null;
        RunningIndex = 0;
        Filled = 0;
    }
}
