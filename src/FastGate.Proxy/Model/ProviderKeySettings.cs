namespace FastGate.Proxy.Model;

/// <summary>One configured credential.</summary>
/// <param name="Value">The credential, or null where the provider asks for none.</param>
/// <param name="Weight">Share of the requests, 1 or more.</param>
public sealed record ProviderKeySettings(string? Value, int Weight)
{
    /// <summary>Never shows the credential.</summary>
    public override string ToString() => $"key (weight {Weight})";
}
