namespace FastGate.Proxy.Responses;

/// <summary>How much of a stream of the Responses API has been sent.</summary>
/// <param name="id">The response's id as it stands in JSON, without quotes; empty when it is not known.</param>
/// <param name="events">Events sent; they are numbered from 0.</param>
internal readonly ref struct ResponseProgress(ReadOnlySpan<byte> id, long events)
{
    internal ReadOnlySpan<byte> Id { get; } = id;

    internal long Events { get; } = events;
}
