namespace FastGate.Proxy.Answers;

/// <summary>One of a shard's two queues of segments: entries come in at one end and leave at the other.</summary>
internal sealed class AnswerQueue
{
    private readonly Queue<AnswerSegment> _closed = new();

    /// <summary>The segment that is being written; null before the first and after it was given up.</summary>
    internal AnswerSegment? Open { get; private set; }

    /// <summary>Octets of memory of its segments.</summary>
    internal long SizeBytes { get; private set; }

    internal bool IsEmpty => SizeBytes == 0;

    /// <summary>Adds a segment that further entries go into.</summary>
    internal void AddOpen(AnswerSegment segment)
    {
        if (Open is not null)
        {
            _closed.Enqueue(Open);
        }

        Open = segment;
        SizeBytes += segment.Memory.Length;
    }

    /// <summary>Adds a segment of one entry.</summary>
    internal void AddClosed(AnswerSegment segment)
    {
        _closed.Enqueue(segment);
        SizeBytes += segment.Memory.Length;
    }

    /// <summary>Takes the oldest segment out.</summary>
    internal AnswerSegment TakeOldest()
    {
        if (!_closed.TryDequeue(out AnswerSegment? oldest))
        {
            oldest = Open!;
            Open = null;
        }

        SizeBytes -= oldest.Memory.Length;
        return oldest;
    }
}
