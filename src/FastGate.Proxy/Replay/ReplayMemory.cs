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
                Interlocked.Add(ref _rented, -ReplaySegment.Size);
                if (_spareCount < MaxSpare)
                {
                    segment.Next = _spare;
                    _spare = segment;
                    _spareCount++;
                }

                segment = next;
            }
        }
    }

    /// <summary>Counts memory that is had elsewhere for what was recorded. It may go beyond the bound, until it is settled.</summary>
    internal void Take(int octets) => Interlocked.Add(ref _rented, octets);

    /// <summary>Counts it no more.</summary>
    internal void Give(int octets) => Interlocked.Add(ref _rented, -octets);

    /// <summary>Gives up what is beyond the bound, as far as that can be given up. The caller holds no lock.</summary>
    internal void Settle()
    {
        while (Octets > Limit && EvictOldest?.Invoke() == true)
        {
        }
    }
}
