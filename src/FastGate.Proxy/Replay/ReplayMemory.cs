namespace FastGate.Proxy.Replay;

/// <summary>
/// The segments of many recordings: bounded all together, and kept for the next use. Whoever keeps finished recordings gives up the
/// oldest of them when the bound is reached.
/// </summary>
/// <param name="limit">Octets at most.</param>
internal sealed class ReplayMemory(long limit)
{
    // Spare segments beyond this are left to the collector: a peak is not held for ever.
    private const int MaxSpare = 16 * 1024 * 1024 / ReplaySegment.Size;

    private readonly Lock _lock = new();
    private ReplaySegment? _spare;
    private int _spareCount;
    private long _limit = limit;
    private long _rented;

    /// <summary>Octets at most; may be changed at any time, and what is above is given up as segments are asked for.</summary>
    internal long Limit
    {
        get => Volatile.Read(ref _limit);
        set => Volatile.Write(ref _limit, value);
    }

    /// <summary>Octets in use by recordings.</summary>
    internal long Octets => Volatile.Read(ref _rented);

    /// <summary>Gives up one finished recording; false when there is none. Called without any lock held.</summary>
    internal Func<bool>? EvictOldest { get; set; }

    /// <summary>A segment, or null when the bound is reached and nothing can be given up. The caller holds no recording's lock.</summary>
    internal ReplaySegment? TryRent()
    {
        while (Interlocked.Add(ref _rented, ReplaySegment.Size) > Limit)
        {
            Interlocked.Add(ref _rented, -ReplaySegment.Size);
            if (EvictOldest?.Invoke() != true)
            {
                return null;
            }
        }

        lock (_lock)
        {
            ReplaySegment? segment = _spare;
            if (segment is not null)
            {
                _spare = segment.Next;
                _spareCount--;
                return segment;
            }
        }

        return new ReplaySegment(GC.AllocateUninitializedArray<byte>(ReplaySegment.Size));
    }

    /// <summary>Takes a chain of segments back.</summary>
    internal void Return(ReplaySegment? segment)
    {
        lock (_lock)
        {
            while (segment is not null)
            {
                ReplaySegment? next = segment.Next;
                Interlocked.Add(ref _rented, -segment.Octets.Length);
                if (!segment.IsTrimmed)
                {
                    Keep(segment);
                }

                segment = next;
            }
        }
    }

    /// <summary>Takes back what a trimmed segment had.</summary>
    /// <param name="whole">Its memory before.</param>
    /// <param name="used">Octets it has now.</param>
    internal void ReturnTrimmed(byte[] whole, int used)
    {
        Interlocked.Add(ref _rented, used - whole.Length);
        lock (_lock)
        {
            Keep(new ReplaySegment(whole));
        }
    }

    // Under the lock.
    private void Keep(ReplaySegment segment)
    {
        if (_spareCount < MaxSpare)
        {
            segment.Next = _spare;
            _spare = segment;
            _spareCount++;
        }
    }
}
