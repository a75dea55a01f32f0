using FastGate.Proxy.Model;
using FastGate.Routing.Planning;

namespace FastGate.Proxy.Planning;

/// <summary>Where a request goes.</summary>
/// <param name="Plan">The plan of the route, or of the one target the request names.</param>
/// <param name="Route">The route the model named, or null.</param>
/// <param name="Target">The target the request names itself, or null.</param>
internal readonly record struct Destination(RoutePlan Plan, Route? Route, UpstreamTarget? Target);
