namespace FastGate.Routing.Timing;

/// <summary>
/// Where every choice takes its chance from. One source serves all threads with a single interlocked add per request;
/// from a fixed seed and one thread the sequence is always the same.
/// </summary>
/// <param name="seed">Any number.</param>
public sealed class RandomSource(ulong seed)
{
    private ulong _state = seed;

    internal RequestRandom Next() => new(RequestRandom.Mix(Interlocked.Add(ref _state, RequestRandom.Golden)));
}
