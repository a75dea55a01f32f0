namespace FastGate.Protocol.Async;

/// <summary>
/// Keeps the boxes of one kind: a stack for each thread, and behind these one store that all share, since a box may be taken on one thread
/// and given back on another. Stack and store exchange boxes by the batch, so its lock is taken once for many.
/// </summary>
/// <typeparam name="TBox">The kind of box; each async method has its own.</typeparam>
internal static class BoxPool<TBox>
    where TBox : class
{
    /// <summary>Most boxes kept for one thread.</summary>
    public const int MaxLocal = 256;

    /// <summary>Most boxes kept in the shared store; more are left to the collector.</summary>
    public const int MaxShared = 16 * 1024;

    private const int Batch = MaxLocal / 2;

    private static readonly Lock SharedLock = new();
    private static TBox?[] _shared = [];
    private static int _sharedCount;

    [ThreadStatic]
    private static Stack? _local;

    /// <summary>Boxes in the shared store.</summary>
    internal static int SharedCount => Volatile.Read(ref _sharedCount);

    /// <summary>Takes a box, the one given back last on this thread if there is one; null if there is none.</summary>
    public static TBox? TryRent()
    {
        Stack local = _local ??= new Stack();
        if (local.Count == 0 && !Refill(local))
        {
            return null;
        }

        int top = --local.Count;
        TBox? box = local.Items[top];
        local.Items[top] = null;
        return box;
    }

    /// <summary>Gives a box back. The caller keeps no reference to it.</summary>
    /// <param name="box">The box.</param>
    public static void Return(TBox box)
    {
        Stack local = _local ??= new Stack();
        if (local.Count == local.Items.Length)
        {
            MakeRoom(local);
        }

        local.Items[local.Count++] = box;
    }

    private static bool Refill(Stack local)
    {
        if (Volatile.Read(ref _sharedCount) == 0)
        {
            return false;
        }

        if (local.Items.Length < Batch)
        {
            Array.Resize(ref local.Items, Batch);
        }

        lock (SharedLock)
        {
            int count = Math.Min(Batch, _sharedCount);
            _sharedCount -= count;
            Array.Copy(_shared, _sharedCount, local.Items, 0, count);
            Array.Clear(_shared, _sharedCount, count);
            local.Count = count;
            return count > 0;
        }
    }

    private static void MakeRoom(Stack local)
    {
        if (local.Items.Length < MaxLocal)
        {
            Array.Resize(ref local.Items, Math.Max(8, local.Items.Length * 2));
            return;
        }

        // The older half goes; the newer one is still in the cache.
        lock (SharedLock)
        {
            int count = Math.Min(Batch, MaxShared - _sharedCount);
            if (_shared.Length < _sharedCount + count)
            {
                Array.Resize(ref _shared, Math.Min(MaxShared, Math.Max(_sharedCount + count, _shared.Length * 2)));
            }

            Array.Copy(local.Items, 0, _shared, _sharedCount, count);
            _sharedCount += count;
        }

        Array.Copy(local.Items, Batch, local.Items, 0, MaxLocal - Batch);
        Array.Clear(local.Items, MaxLocal - Batch, Batch);
        local.Count = MaxLocal - Batch;
    }

    private sealed class Stack
    {
        public TBox?[] Items = [];
        public int Count;
    }
}
