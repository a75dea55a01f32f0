namespace FastGate.Proxy.Measurement;

/// <summary>What the data plane counts. Written by requests, read by the control plane.</summary>
internal sealed class ProxyMetrics
{
    internal StripedCounter StreamsStarted { get; } = new();

    internal StripedCounter StreamsEnded { get; } = new();

    internal StripedCounter StreamEvents { get; } = new();

    /// <summary>Events dropped because their data was no JSON.</summary>
    internal StripedCounter StreamEventsMalformed { get; } = new();

    /// <summary>Streams that were asked for again.</summary>
    internal ResultCounters Resumes { get; } = new(
        "fastgate_stream_resumes_total", "Streams asked for again: live (still being answered), replayed, empty (nothing left), expired, forbidden.",
        "live", "replayed", "empty", "expired", "forbidden");

    /// <summary>Attempts that failed, by target and class. Those that were answered are counted with their target.</summary>
    internal FailedAttemptCounters Attempts { get; } = new();

    /// <summary>Hops from one target to another, by route, targets and class.</summary>
    internal FailoverCounters Failovers { get; } = new();

    /// <summary>What came of going on with broken streams.</summary>
    internal ResultCounters Continuations { get; } = new(
        "fastgate_stream_continuations_total", "What came of going on with a stream that broke in mid-answer, by result.", ContinuationResults.All);

    /// <summary>What came of idempotency keys and of the answer store.</summary>
    internal AnswerCounters Answers { get; } = new();

    /// <summary>From a first failure until the target was out of rotation, by target.</summary>
    internal LabelledHistograms<string> Detections { get; } = new(HistogramBuckets.Reactions);

    /// <summary>From a first failure until a request that it hit was answered by another attempt, by route and target.</summary>
    internal LabelledHistograms<(string Route, string Target)> Recoveries { get; } = new(HistogramBuckets.Reactions);

    /// <summary>Requests by route.</summary>
    internal RequestCounters Requests { get; } = new();

    /// <summary>Every family counted by result, for the control plane.</summary>
    internal ResultCounters[] Results => [Continuations, Resumes, Answers.Idempotency, Answers.Cache];
}
