using FastGate.Proxy.Answers;
using FastGate.Proxy.Replay;

namespace FastGate.Proxy.Idempotency;

/// <summary>A request with a key, while it runs and as long as its answer is kept. Written by its exchange, read by all who join it.</summary>
internal sealed class IdempotentRun(AnswerKey key, AnswerKey request, Recording recording) : IRecordingKeeper
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

    /// <summary>Called when the answer has been kept for its time; the store's own.</summary>
    internal Action<IdempotentRun>? Expired { get; set; }

    /// <summary>The run's place among the finished ones; the store's own.</summary>
    internal LinkedListNode<IdempotentRun>? Finished { get; set; }

    /// <inheritdoc/>
    public void OnExpired() => Expired?.Invoke(this);
}
