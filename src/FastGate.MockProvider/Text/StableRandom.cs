namespace FastGate.MockProvider.Text;

/// <summary>
/// SplitMix64 over an FNV-1a hash: the same numbers on every framework and machine, which <see cref="Random"/> and
/// <see cref="string.GetHashCode()"/> do not promise. Mutable, so pass it by reference.
/// </summary>
internal struct StableRandom(ulong seed)
{
    private ulong _state = seed;

    internal static StableRandom From(ReadOnlySpan<char> text)
    {
        ulong hash = 14695981039346656037UL;
        foreach (char c in text)
        {
            hash = (hash ^ (byte)c) * 1099511628211UL;
            hash = (hash ^ (byte)(c >> 8)) * 1099511628211UL;
        }

        return new StableRandom(hash);
    }

    internal ulong Next()
    {
        _state += 0x9E3779B97F4A7C15UL;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>0 to <paramref name="bound"/> - 1.</summary>
    internal int Below(int bound) => (int)(Next() % (uint)bound);

    /// <summary>0 (included) to 1 (excluded).</summary>
    internal double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));
}
