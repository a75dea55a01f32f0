namespace FastGate.Routing.Health;

/// <summary>
/// Failures in a row in the order in which their attempts <em>began</em>. The order in which results arrive would not do: a
/// model's answer takes seconds and a refusal milliseconds, so on a busy target three unrelated refusals arrive before any of
/// the answers begun between them, and answers begun before an outage arrive long into it. An attempt still under way breaks a
/// row; one that was abandoned is passed over, since nobody knows. A mutable value, used under the owner's lock.
/// </summary>
internal struct FailureRow
{
    private const int Remembered = 64;

    // Bit i stands for the attempt that began i before the newest one seen.
    private ulong _failed;
    private ulong _unknown;
    private long _newest;

    /// <summary>An attempt failed.</summary>
    /// <param name="sequence">Its number in the order of beginning, from 1.</param>
    /// <returns>How long the row around it is now; 0 for an attempt too old to tell.</returns>
    internal int Add(long sequence)
    {
        if (sequence <= 0 || !TryPlace(sequence, out int place))
        {
            return 0;
        }

        _failed |= 1UL << place;
        int length = 1;
        for (int i = place + 1; i < Remembered && IsPartOfRow(i); i++)
        {
            length += (int)(_failed >> i) & 1;
        }

        for (int i = place - 1; i >= 0 && IsPartOfRow(i); i--)
        {
            length += (int)(_failed >> i) & 1;
        }

        return length;
    }

    /// <summary>Nothing will be known of an attempt.</summary>
    /// <param name="sequence">Its number in the order of beginning; 0 for one that never began.</param>
    internal void Forget(long sequence)
    {
        if (sequence > 0 && TryPlace(sequence, out int place))
        {
            _unknown |= 1UL << place;
        }
    }

    /// <summary>What was before counts no more.</summary>
    internal void Clear()
    {
        _failed = 0;
        _unknown = 0;
    }

    private readonly bool IsPartOfRow(int place) => (((_failed | _unknown) >> place) & 1) != 0;

    private bool TryPlace(long sequence, out int place)
    {
        if (sequence > _newest)
        {
            long ahead = sequence - _newest;
            _failed = ahead < Remembered ? _failed << (int)ahead : 0;
            _unknown = ahead < Remembered ? _unknown << (int)ahead : 0;
            _newest = sequence;
        }

        place = (int)Math.Min(_newest - sequence, Remembered);
        return place < Remembered;
    }
}
