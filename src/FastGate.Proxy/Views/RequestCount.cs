namespace FastGate.Proxy.Views;

/// <summary>How many requests of a route were answered with a status.</summary>
/// <param name="Route">The route; <c>direct</c> for provider/model requests, empty for requests that reached no route.</param>
/// <param name="Status">The HTTP status; 499 for clients that went away.</param>
/// <param name="Count">Since start.</param>
public readonly record struct RequestCount(string Route, int Status, long Count);
