namespace FastGate.Proxy.Views;

/// <summary>A provider as the control plane shows it. Never its credentials.</summary>
/// <param name="Name">Its name.</param>
/// <param name="BaseUrl">Where it is reached.</param>
/// <param name="Connections">Connections to it, idle and in use.</param>
/// <param name="Models">Models it lists, or null while it has not told.</param>
public sealed record ProviderView(string Name, string BaseUrl, int Connections, int? Models);
