namespace FastGate.Protocol.Async;

/// <summary>
/// The boxes of one kind that the stacks of all threads share, since a box may be taken on one thread and given back on another. Stacks come
/// with a batch of boxes, so the lock is taken once for many.
/// </summary>
internal sealed class BoxStore
{
    /// <summary>Most boxes kept; more are left to the collector.</summary>
    internal const int MaxShared = 16 * 1024;

    private readonly Lock _lock = new();
    private BoxSlot[] _items = [];
    private int _count;

    /// <summary>Boxes kept.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>Takes as many boxes as there are room for, or as there are; returns how many.</summary>
    internal int Take(Span<BoxSlot> boxes)
    {
        lock (_lock)
        {
            int count = Math.Min(boxes.Length, _count);
            _count -= count;
            Span<BoxSlot> taken = _items.AsSpan(_count, count);
            taken.CopyTo(boxes);
            taken.Clear();
            return count;
        }
    }

    /// <summary>Keeps as many of the boxes as there is room for.</summary>
    internal void Put(ReadOnlySpan<BoxSlot> boxes)
    {
        lock (_lock)
        {
            int count = Math.Min(boxes.Length, MaxShared - _count);
            if (_items.Length < _count + count)
            {
                Array.Resize(ref _items, Math.Min(MaxShared, Math.Max(_count + count, _items.Length * 2)));
            }

            boxes[..count].CopyTo(_items.AsSpan(_count));
            _count += count;
        }
    }
}
