using FastGate.Proxy.Model;

namespace FastGate.Proxy.Planning;

/// <summary>Where a request goes.</summary>
/// <param name="Provider">The provider that is asked.</param>
/// <param name="Route">The route the model named, or null.</param>
/// <param name="Target">The route's or the catalogue's target; null where the request names provider and model itself.</param>
internal readonly record struct Destination(Provider Provider, Route? Route, Target? Target);
