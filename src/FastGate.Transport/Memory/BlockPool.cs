using System.Runtime.CompilerServices;

namespace FastGate.Transport.Memory;

/// <summary>
/// Keeps blocks of two sizes: a stack for each thread, so that a loop meets its own again, and behind these one store that all share, for
/// those that are given back on another thread. Nothing is allocated before it is needed.
/// </summary>
internal static class BlockPool
{
    /// <summary>Size of the blocks for requests, answers and events as they usually are.</summary>
    internal const int SmallSize = 4 * 1024;

    /// <summary>Size of the blocks for connections that carry much.</summary>
    internal const int LargeSize = 64 * 1024;

    // Without initializers of this class: they would be asked for at every access to the thread's stacks.
    [ThreadStatic]
    private static Stack? _small;

    [ThreadStatic]
    private static Stack? _large;

    /// <summary>A block with room for at least <paramref name="size"/> octets; larger ones than the pool's are made for the occasion.</summary>
    internal static Block Rent(int size)
    {
        if (size <= SmallSize)
        {
            return (_small ??= new Stack(Stores.Small)).Pop();
        }

        return size <= LargeSize ? (_large ??= new Stack(Stores.Large)).Pop() : new Block(size);
    }

    /// <summary>Takes a block back. The caller keeps no reference to it or its memory.</summary>
    internal static void Return(Block block)
    {
        if (block.Size == SmallSize)
        {
            block.Clear();
            (_small ??= new Stack(Stores.Small)).Push(block);
        }
        else if (block.Size == LargeSize)
        {
            block.Clear();
            (_large ??= new Stack(Stores.Large)).Push(block);
        }
    }

    private static class Stores
    {
        internal static readonly Store Small = new(SmallSize, mostLocal: 128, mostShared: 4096);
        internal static readonly Store Large = new(LargeSize, mostLocal: 32, mostShared: 128);
    }

    // One thread's blocks; the one given back last is taken first, since it is still in the cache.
    private sealed class Stack(Store store)
    {
        private Slot[] _blocks = [];
        private int _count;

        internal Block Pop()
        {
            int top = _count - 1;
            Slot[] blocks = _blocks;
            if ((uint)top >= (uint)blocks.Length)
            {
                return Refill();
            }

            // The reference stays until another one takes its place, which saves a write.
            _count = top;
            return blocks[top].Block!;
        }

        internal void Push(Block block)
        {
            if (_count == _blocks.Length)
            {
                MakeRoom();
            }

            _blocks[_count++].Block = block;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private Block Refill()
        {
            if (!store.IsEmpty)
            {
                if (_blocks.Length < store.Batch)
                {
                    Array.Resize(ref _blocks, store.Batch);
                }

                _count = store.Take(_blocks.AsSpan(0, store.Batch));
            }

            return _count == 0 ? new Block(store.Size) : _blocks[--_count].Block!;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private void MakeRoom()
        {
            int most = 2 * store.Batch;
            if (_blocks.Length < most)
            {
                Array.Resize(ref _blocks, Math.Min(most, Math.Max(8, _blocks.Length * 2)));
                return;
            }

            // The older half goes; the newer one is still in the cache.
            store.Put(_blocks.AsSpan(0, store.Batch));
            Array.Copy(_blocks, store.Batch, _blocks, 0, store.Batch);
            Array.Clear(_blocks, store.Batch, store.Batch);
            _count = store.Batch;
        }
    }

    // A reference in an array, wrapped so that storing one need not ask for the type of the array's elements.
    private struct Slot
    {
        internal Block? Block;
    }

    // What the threads' stacks share: they come with half of their blocks, so the lock is taken once for many.
    private sealed class Store(int size, int mostLocal, int mostShared)
    {
        private readonly Lock _lock = new();
        private Slot[] _blocks = [];
        private int _count;

        internal int Size => size;

        internal int Batch => mostLocal / 2;

        internal bool IsEmpty => Volatile.Read(ref _count) == 0;

        internal int Take(Span<Slot> blocks)
        {
            lock (_lock)
            {
                int taken = Math.Min(blocks.Length, _count);
                _count -= taken;
                Span<Slot> from = _blocks.AsSpan(_count, taken);
                from.CopyTo(blocks);
                from.Clear();
                return taken;
            }
        }

        // More than there is room for are left to the collector.
        internal void Put(ReadOnlySpan<Slot> blocks)
        {
            lock (_lock)
            {
                int kept = Math.Min(blocks.Length, mostShared - _count);
                if (_blocks.Length < _count + kept)
                {
                    Array.Resize(ref _blocks, Math.Min(mostShared, Math.Max(_count + kept, _blocks.Length * 2)));
                }

                blocks[..kept].CopyTo(_blocks.AsSpan(_count));
                _count += kept;
            }
        }
    }
}
