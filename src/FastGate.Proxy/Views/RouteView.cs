using System.Collections.Immutable;

namespace FastGate.Proxy.Views;

/// <summary>A route as the control plane shows it.</summary>
/// <param name="Name">What clients send as the model.</param>
/// <param name="Targets">Every <c>provider/model</c> it can reach, in the order of the chain.</param>
/// <param name="Usable">Whether some target of its chain can take a request now.</param>
public sealed record RouteView(string Name, ImmutableArray<string> Targets, bool Usable);
