namespace FastGate.Proxy.Views;

/// <summary>A provider's key as the control plane shows it: never the key itself.</summary>
/// <param name="Label">Provider and place in the configuration.</param>
/// <param name="State"><c>in_use</c>, <c>refused</c> or <c>limited</c>.</param>
public sealed record KeyView(string Label, string State);
