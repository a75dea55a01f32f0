using FastGate.Proxy.Endpoints;

namespace FastGate.Proxy.LastResort;

/// <summary>What is known of a request that no target could answer.</summary>
/// <param name="Endpoint">What it asks for.</param>
/// <param name="WantsStream">Whether it wants a stream.</param>
/// <param name="WantsUsage">Whether it wants the stream to tell its usage.</param>
/// <param name="Route">The route's name, or <c>direct</c>.</param>
/// <param name="Reason">Why it is answered here.</param>
/// <param name="RequestId">Its id.</param>
/// <param name="UnixTime">Now, in seconds of the Unix epoch.</param>
internal readonly record struct LastResortFacts(Endpoint Endpoint, bool WantsStream, bool WantsUsage, string Route, string Reason, string RequestId, long UnixTime);
