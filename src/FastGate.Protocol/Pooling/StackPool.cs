namespace FastGate.Protocol.Pooling;

/// <summary>
/// Keeps objects for their next use: a stack for each thread, and behind these one store that all share, since an object may be taken on
/// one thread and given back on another. Both exchange objects by the batch, so the lock is taken once for many.
/// </summary>
/// <typeparam name="T">The kind of object.</typeparam>
/// <param name="mostLocal">Most objects kept for one thread, at least 2.</param>
/// <param name="mostShared">Most objects in the store; more are left to the collector.</param>
public sealed class StackPool<T>(int mostLocal, int mostShared)
    where T : class
{
    private readonly Lock _lock = new();
    private T?[] _shared = [];
    private int _sharedCount;

    /// <summary>Takes an object, the one given back last on this thread if there is one; null if there is none.</summary>
    /// <param name="local">The thread's own stack: a thread-static field of whoever owns the pool.</param>
    public T? TryRent(ref LocalStack<T>? local)
    {
        LocalStack<T> stack = local ??= new LocalStack<T>();
        if (stack.Count == 0 && !Refill(stack))
        {
            return null;
        }

        ref T? place = ref stack.Items[--stack.Count];
        T? item = place;
        place = null;
        return item;
    }

    /// <summary>Gives an object back. The caller keeps no reference to it.</summary>
    /// <param name="local">As for <see cref="TryRent"/>.</param>
    /// <param name="item">The object.</param>
    public void Return(ref LocalStack<T>? local, T item)
    {
        ArgumentNullException.ThrowIfNull(item);
        LocalStack<T> stack = local ??= new LocalStack<T>();
        if (stack.Count == stack.Items.Length)
        {
            MakeRoom(stack);
        }

        stack.Items[stack.Count++] = item;
    }

    private bool Refill(LocalStack<T> stack)
    {
        if (Volatile.Read(ref _sharedCount) == 0)
        {
            return false;
        }

        int batch = mostLocal / 2;
        if (stack.Items.Length < batch)
        {
            Array.Resize(ref stack.Items, batch);
        }

        lock (_lock)
        {
            int taken = Math.Min(batch, _sharedCount);
            _sharedCount -= taken;
            Array.Copy(_shared, _sharedCount, stack.Items, 0, taken);
            Array.Clear(_shared, _sharedCount, taken);
            stack.Count = taken;
            return taken > 0;
        }
    }

    private void MakeRoom(LocalStack<T> stack)
    {
        if (stack.Items.Length < mostLocal)
        {
            Array.Resize(ref stack.Items, Math.Min(mostLocal, Math.Max(4, stack.Items.Length * 2)));
            return;
        }

        // The older half goes; the newer one is still in the cache.
        int batch = mostLocal / 2;
        lock (_lock)
        {
            int kept = Math.Min(batch, mostShared - _sharedCount);
            if (_shared.Length < _sharedCount + kept)
            {
                Array.Resize(ref _shared, Math.Min(mostShared, Math.Max(_sharedCount + kept, _shared.Length * 2)));
            }

            Array.Copy(stack.Items, 0, _shared, _sharedCount, kept);
            _sharedCount += kept;
        }

        Array.Copy(stack.Items, batch, stack.Items, 0, mostLocal - batch);
        Array.Clear(stack.Items, mostLocal - batch, batch);
        stack.Count = mostLocal - batch;
    }
}
