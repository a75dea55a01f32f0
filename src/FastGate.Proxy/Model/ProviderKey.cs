using System.Text;

namespace FastGate.Proxy.Model;

/// <summary>One credential of a provider, rendered once into the header fields that every request with it carries.</summary>
public sealed class ProviderKey
{
    /// <summary>Makes a key.</summary>
    /// <param name="value">The credential, or null for providers that ask for none.</param>
    /// <param name="weight">Share of the requests, 1 or more.</param>
    public ProviderKey(string? value, int weight)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(weight, 1);
        Weight = weight;
        AuthorizationBlock = value is null ? [] : Encoding.ASCII.GetBytes($"authorization: Bearer {value}\r\n");
    }

    /// <summary>Share of the requests among the provider's keys.</summary>
    public int Weight { get; }

    /// <summary>The credential's header line with its CRLF; empty without a credential.</summary>
    internal byte[] AuthorizationBlock { get; }

    /// <summary>Never shows the credential.</summary>
    public override string ToString() => $"key (weight {Weight})";
}
