namespace FastGate.Proxy.Replay;

/// <summary>Counts the exchanges that go on without their clients, up to a bound.</summary>
internal sealed class DetachedExchanges(int limit)
{
    private int _limit = limit;
    private int _count;

    /// <summary>How many there may be; one more ends with its client.</summary>
    internal int Limit
    {
        get => Volatile.Read(ref _limit);
        set => Volatile.Write(ref _limit, value);
    }

    /// <summary>How many there are.</summary>
    internal int Count => Volatile.Read(ref _count);

    internal bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= Limit)
        {
            return true;
        }

        Leave();
        return false;
    }

    internal void Leave() => Interlocked.Decrement(ref _count);
}
