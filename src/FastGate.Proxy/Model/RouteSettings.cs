namespace FastGate.Proxy.Model;

/// <summary>One configured route.</summary>
/// <param name="Name">What clients send as the model.</param>
/// <param name="Provider">Name of the target's provider.</param>
/// <param name="Model">The target's model, as the provider calls it.</param>
/// <param name="Deadline">Until the first token, all attempts together.</param>
public sealed record RouteSettings(string Name, string Provider, string Model, TimeSpan Deadline);
