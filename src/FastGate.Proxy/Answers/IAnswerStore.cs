using System.Buffers;
using FastGate.Proxy.Connections;

namespace FastGate.Proxy.Answers;

/// <summary>
/// Keeps answers by the canonical request they answer. An answer is opaque here: octets that <see cref="StoredAnswer"/> reads. Thread-safe.
/// A store that cannot do what it is asked (full, broken, out of reach) keeps or finds nothing and counts it; it never fails a request.
/// </summary>
internal interface IAnswerStore : IAsyncDisposable
{
    /// <summary>The octets of the largest answer that is taken.</summary>
    long LargestAnswer { get; }

    /// <summary>Finds an answer and copies it out.</summary>
    /// <param name="key">The request.</param>
    /// <param name="notBefore">When it may have been stored at the earliest, in seconds of the Unix epoch.</param>
    /// <param name="into">Takes the octets; left as it was when nothing is found.</param>
    /// <returns>Whether one was found. Completes at once where the answer is in memory.</returns>
    ValueTask<bool> TryReadAsync(in AnswerKey key, long notBefore, BodyBuffer into);

    /// <summary>Keeps an answer in place of an older one. What it holds on to is a copy.</summary>
    /// <param name="key">The request.</param>
    /// <param name="answer">The answer's octets.</param>
    /// <param name="now">The time, in seconds of the Unix epoch.</param>
    /// <returns>Whether it was taken.</returns>
    bool Store(in AnswerKey key, ReadOnlySequence<byte> answer, long now);
}
