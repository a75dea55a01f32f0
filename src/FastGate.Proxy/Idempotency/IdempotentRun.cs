using FastGate.Proxy.Answers;
using FastGate.Proxy.Replay;

namespace FastGate.Proxy.Idempotency;

/// <summary>A request with a key, while it runs. Written by its exchange, read by all who join it.</summary>
internal sealed class IdempotentRun(AnswerKey key, AnswerKey request, Recording recording)
{
    private volatile AnswerHead? _head;

    /// <summary>The client's key.</summary>
    internal AnswerKey Key { get; } = key;

    /// <summary>What was asked: path and canonical body.</summary>
    internal AnswerKey Request { get; } = request;

    /// <summary>The answer's body. Its readers are woken when the head is there, too.</summary>
    internal Recording Recording { get; } = recording;

    /// <summary>The answer's head; null before there is one.</summary>
    internal AnswerHead? Head
    {
        get => _head;
        set => _head = value;
    }
}
