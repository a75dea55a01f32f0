using FastGate.Load.Http;

namespace FastGate.Load.Measuring;

/// <summary>
/// What a run has counted. Requests belong to the measurement by their intended start, so that none is left out
/// because it was late; rates and CPU time belong to the window by what happened within it. Guarded by the run's lock.
/// </summary>
internal sealed class Tally
{
    private long _windowStart = long.MaxValue;
    private long _windowEnd;

    /// <summary>Nanoseconds from intended start to the last byte, of every answered request, and of every one that timed out or was never answered: the wait until it was given up.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Nanoseconds from intended start to the send, of requests that found a free connection: the generator's own lateness.</summary>
    public LatencyHistogram SendLag { get; } = new();

    /// <summary>Streams: nanoseconds from intended start to the first event with text.</summary>
    public LatencyHistogram FirstToken { get; } = new();

    /// <summary>Streams: nanoseconds between one event and the next. Events read in one piece have 0 between them.</summary>
    public LatencyHistogram EventGap { get; } = new();

    /// <summary>Streams: the longest of each one's gaps between events, nanoseconds.</summary>
    public LatencyHistogram LongestGap { get; } = new();

    /// <summary>Failures by kind.</summary>
    public SortedDictionary<string, long> Errors { get; } = new(StringComparer.Ordinal);

    /// <summary>Measured requests that ended well.</summary>
    public long Succeeded { get; private set; }

    /// <summary>Measured requests that did not.</summary>
    public long Failed { get; private set; }

    /// <summary>Events of measured streams.</summary>
    public long Events { get; private set; }

    /// <summary>Requests that ended well while the window was open.</summary>
    public long CompletedInWindow { get; private set; }

    /// <summary>Events read while the window was open.</summary>
    public long EventsInWindow { get; private set; }

    /// <summary>Body bytes read in requests that ended within the window.</summary>
    public long BodyBytesInWindow { get; private set; }

    /// <summary>Sets the measured window; what happens outside it is not counted.</summary>
    public void SetWindow(long start, long end) => (_windowStart, _windowEnd) = (start, end);

    /// <summary>The moment lies within the measured window.</summary>
    public bool IsInWindow(long moment) => moment >= _windowStart && moment < _windowEnd;

    /// <summary>A request ended well.</summary>
    public void RequestSucceeded(long intended, long now, long bodyBytes, SseScanner? events, long longestGap)
    {
        if (IsInWindow(now))
        {
            CompletedInWindow++;
            BodyBytesInWindow += bodyBytes;
        }

        if (!IsInWindow(intended))
        {
            return;
        }

        Succeeded++;
        Latency.Record(now - intended);
        if (events is not null)
        {
            Events += events.Events;
            LongestGap.Record(longestGap);
            if (events.FirstTokenAt > 0)
            {
                FirstToken.Record(events.FirstTokenAt - intended);
            }
        }
    }

    /// <summary>A request failed; one that <paramref name="waited"/> in vain counts with its wait.</summary>
    public void RequestFailed(string kind, long intended, long now, bool waited)
    {
        if (!IsInWindow(intended))
        {
            return;
        }

        Failed++;
        Errors[kind] = Errors.GetValueOrDefault(kind) + 1;
        if (waited)
        {
            Latency.Record(now - intended);
        }
    }

    /// <summary>One read brought <paramref name="count"/> events of a stream; the one before them came at <paramref name="previousEventAt"/>, 0 when they are its first.</summary>
    public void EventsRead(int count, long previousEventAt, long intended, long now)
    {
        if (count <= 0)
        {
            return;
        }

        if (IsInWindow(now))
        {
            EventsInWindow += count;
        }

        if (IsInWindow(intended))
        {
            if (previousEventAt > 0)
            {
                EventGap.Record(now - previousEventAt);
            }

            EventGap.Record(0, count - 1);
        }
    }
}
