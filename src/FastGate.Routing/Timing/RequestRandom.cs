namespace FastGate.Routing.Timing;

/// <summary>
/// A stream of random numbers of one request: SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
/// generators", OOPSLA 2014). A mutable value of eight bytes; pass by reference.
/// </summary>
internal struct RequestRandom(ulong state)
{
    internal const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state = state;

    internal static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    internal ulong NextUInt64()
    {
        _state += Golden;
        return Mix(_state);
    }

    /// <summary>Uniform in [0, 1).</summary>
    internal double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, bound); bound is positive.</summary>
    internal int Below(int bound) => (int)(((NextUInt64() >> 32) * (ulong)bound) >> 32);
}
