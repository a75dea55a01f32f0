namespace FastGate.Routing.Keys;

/// <summary>
/// The health of one key of a provider, shared by all its targets: in use, or out since the provider refused it. Limits are
/// not here but per target (<see cref="TargetKeys"/>): providers limit models apart.
/// </summary>
public sealed class ProviderKey
{
    private long _outSinceTicks;

    /// <summary>Creates a key in use.</summary>
    /// <param name="label">A name for logs and status pages; never the key itself.</param>
    /// <param name="weight">Its part of the traffic relative to the other keys, 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is below 1.</exception>
    public ProviderKey(string label, int weight = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(weight, 1);
        Label = label;
        Weight = weight;
    }

    /// <summary>A name for logs and status pages; never the key itself.</summary>
    public string Label { get; }

    /// <summary>Its part of the traffic relative to the other keys.</summary>
    public int Weight { get; }

    /// <summary>Whether the provider refused it and nothing has brought it back. One volatile load.</summary>
    public bool IsOut => Volatile.Read(ref _outSinceTicks) != 0;

    /// <summary>When it was refused, in ticks; 0 while it is in use.</summary>
    public long OutSinceTicks => Volatile.Read(ref _outSinceTicks);

    /// <summary>The provider refused the key: it is out until it is replaced by a new configuration or <see cref="Restore"/>d.</summary>
    /// <param name="nowTicks">The time.</param>
    public void Refused(long nowTicks) => Interlocked.CompareExchange(ref _outSinceTicks, nowTicks, 0);

    /// <summary>A probe with the key succeeded.</summary>
    public void Restore() => Volatile.Write(ref _outSinceTicks, 0);
}
