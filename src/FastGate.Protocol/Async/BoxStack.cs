using System.Runtime.CompilerServices;

namespace FastGate.Protocol.Async;

/// <summary>The boxes of one kind that one thread keeps: the one given back last is taken first. Not thread-safe; what it has too many or too few of, it exchanges with its store.</summary>
/// <param name="store">What it shares with the other threads' stacks.</param>
/// <remarks>It knows nothing of the kind, so that all kinds have the same code: on a request's way a few of them take turns.</remarks>
internal sealed class BoxStack(BoxStore store)
{
    /// <summary>
    /// Most boxes kept for one thread. Where boxes are taken on one thread and given back on another, each thread holds that many of each
    /// kind before they come round again, so a larger number makes a process allocate for longer until it is warm.
    /// </summary>
    internal const int MaxLocal = 32;

    private const int Batch = MaxLocal / 2;

    private BoxSlot[] _items = [];
    private int _count;

    /// <summary>Takes a box; null if there is none, in the store neither.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal object? TryPop()
    {
        int top = _count - 1;
        BoxSlot[] items = _items;
        if ((uint)top >= (uint)items.Length)
        {
            return Refill();
        }

        // The reference stays where it is until another one takes its place: a write that can be saved. The box is used again all the same.
        _count = top;
        return items[top].Box;
    }

    /// <summary>Gives a box back. The caller keeps no reference to it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Push(object box)
    {
        int count = _count;
        BoxSlot[] items = _items;
        if ((uint)count >= (uint)items.Length)
        {
            MakeRoom();
            count = _count;
            items = _items;
        }

        items[count].Box = box;
        _count = count + 1;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private object? Refill()
    {
        if (store.Count == 0)
        {
            return null;
        }

        if (_items.Length < Batch)
        {
            Array.Resize(ref _items, Batch);
        }

        _count = store.Take(_items.AsSpan(0, Batch));
        return _count == 0 ? null : _items[--_count].Box;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void MakeRoom()
    {
        if (_items.Length < MaxLocal)
        {
            Array.Resize(ref _items, Math.Max(8, _items.Length * 2));
            return;
        }

        // The older half goes; the newer one is still in the cache.
        store.Put(_items.AsSpan(0, Batch));
        Array.Copy(_items, Batch, _items, 0, MaxLocal - Batch);
        Array.Clear(_items, MaxLocal - Batch, Batch);
        _count = MaxLocal - Batch;
    }
}

/// <summary>A reference in an array. Wrapped, so that storing one need not ask for the type of the array's elements.</summary>
internal struct BoxSlot
{
    internal object? Box;
}
