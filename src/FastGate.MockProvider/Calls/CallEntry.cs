namespace FastGate.MockProvider.Calls;

/// <summary>The log's side of a call in progress: what the exchange reports as it goes.</summary>
internal sealed class CallEntry(CallLog log, MockCall call, long startTimestamp)
{
    /// <summary>Guarded by the log's lock.</summary>
    internal MockCall Call { get; set; } = call;

    internal void Names(string model, bool stream) => log.Update(this, call => call with { Model = model, Stream = stream });

    internal void Answers(int status) => log.Update(this, call => call with { Status = status });

    internal void Tagged(string? tag) => log.Update(this, call => call with { Tag = tag });

    internal void Completes(bool completed) => log.Update(this, call => call with { Completed = completed });

    internal void Sends(int events) => log.Update(this, call => call with { EventsSent = call.EventsSent + events });

    internal void Ends(bool aborted)
    {
        TimeSpan duration = log.Clock.GetElapsedTime(startTimestamp);
        log.Update(this, call => call with { Aborted = aborted, Done = true, Duration = duration });
    }
}
