using FastGate.Proxy.Answers;

namespace FastGate.Proxy.Idempotency;

/// <summary>
/// Knows the requests that run under a key and keeps the answers of those that have run. Thread-safe. For each key there is at most one
/// run at a time, and while an answer is kept none begins.
/// </summary>
internal interface IIdempotencyStore
{
    /// <summary>Claims a key for a request.</summary>
    /// <param name="key">The key, scoped to the client.</param>
    /// <param name="request">What is asked; the same key with another request is a conflict.</param>
    /// <returns>What came of it. Whoever began a run must <see cref="End"/> it, whatever happens.</returns>
    ValueTask<IdempotencyClaim> ClaimAsync(in AnswerKey key, in AnswerKey request);

    /// <summary>Ends a run whose recording is finished.</summary>
    /// <param name="run">The run, begun by the caller; it is not to be used any more.</param>
    /// <param name="keep">How long its answer is kept; zero: it is forgotten at once, and the next request with the key runs anew.</param>
    /// <returns>Whether it is kept: not so if the recording is not whole.</returns>
    bool End(IdempotentRun run, TimeSpan keep);
}
