namespace FastGate.Proxy.Views;

/// <summary>A route as the control plane shows it.</summary>
/// <param name="Name">What clients send as the model.</param>
/// <param name="Target"><c>provider/model</c>.</param>
public sealed record RouteView(string Name, string Target);
