namespace FastGate.Proxy.Measurement;

/// <summary>A counter for each HTTP status. 200 has stripes of its own; the others are rare enough to share a word.</summary>
internal sealed class StatusCounters
{
    private readonly StripedCounter _ok = new();
    private readonly long[] _others = new long[600];

    internal void Count(int status)
    {
        if (status == 200)
        {
            _ok.Increment();
        }
        else
        {
            Interlocked.Increment(ref _others[status is > 0 and < 600 ? status : 0]);
        }
    }

    /// <summary>Every status that was counted, in ascending order.</summary>
    internal IEnumerable<KeyValuePair<int, long>> Read()
    {
        for (int status = 0; status < _others.Length; status++)
        {
            long count = status == 200 ? _ok.Value : Volatile.Read(ref _others[status]);
            if (count > 0)
            {
                yield return KeyValuePair.Create(status, count);
            }
        }
    }
}
