using FastGate.Proxy.Time;

namespace FastGate.Proxy.Idempotency;

/// <summary>
/// A piece of memory that kept answers are written into one behind the other. It is given up when all of them were, oldest first, or when
/// the last of them has been kept for its time. All but its memory is the store's, under its lock.
/// </summary>
/// <param name="memory">Its memory.</param>
/// <param name="expired">Called when the last answer has been kept for its time.</param>
internal sealed class KeptSegment(byte[] memory, Action<KeptSegment> expired) : TimerEntry
{
    internal byte[] Memory { get; } = memory;

    internal int Id { get; set; }

    /// <summary>Octets written.</summary>
    internal int Used { get; set; }

    /// <summary>Octets of those that were given up one by one, from the beginning.</summary>
    internal int GivenUp { get; set; }

    /// <summary>The tick at which the last answer is forgotten.</summary>
    internal long ExpiryTick { get; set; }

    /// <summary>Its place among the others; null when it is no more among them.</summary>
    internal LinkedListNode<KeptSegment>? Place { get; set; }

    /// <inheritdoc/>
    protected internal override void OnDeadline() => expired(this);
}
