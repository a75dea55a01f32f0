namespace FastGate.Load.Measuring;

/// <summary>
/// What a run has counted. Requests belong to the measurement by their intended start, so that none is left out
/// because it was late; rates and CPU time belong to the window by what happened within it. Guarded by the run's lock.
/// </summary>
internal sealed class Tally
{
    /// <summary>Nanoseconds from intended start to the last byte, of every answered request, and of every one that timed out or was never answered: the wait until it was given up.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Nanoseconds from intended start to the send, of requests that found a free connection: the generator's own lateness.</summary>
    public LatencyHistogram SendLag { get; } = new();

    /// <summary>Streams: nanoseconds from intended start to the first event with text.</summary>
    public LatencyHistogram FirstToken { get; } = new();

    /// <summary>Streams: nanoseconds between one event and the next. Events read in one piece have 0 between them.</summary>
    public LatencyHistogram EventGap { get; } = new();

    /// <summary>Failures by kind.</summary>
    public SortedDictionary<string, long> Errors { get; } = new(StringComparer.Ordinal);

    /// <summary>Measured requests that ended well.</summary>
    public long Succeeded { get; set; }

    /// <summary>Measured requests that did not.</summary>
    public long Failed { get; private set; }

    /// <summary>Events of measured streams.</summary>
    public long Events { get; set; }

    /// <summary>Requests that ended well while the window was open.</summary>
    public long CompletedInWindow { get; set; }

    /// <summary>Events read while the window was open.</summary>
    public long EventsInWindow { get; set; }

    /// <summary>Body bytes read in requests that ended within the window.</summary>
    public long BodyBytesInWindow { get; set; }

    /// <summary>Counts a failure.</summary>
    public void Fail(string kind)
    {
        Failed++;
        Errors[kind] = Errors.GetValueOrDefault(kind) + 1;
    }
}
