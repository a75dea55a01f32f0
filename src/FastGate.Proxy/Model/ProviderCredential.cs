using System.Text;

namespace FastGate.Proxy.Model;

/// <summary>One credential of a provider, rendered once into the header line that every request with it carries.</summary>
internal sealed class ProviderCredential(string? value)
{
    /// <summary>The header line with its CRLF; empty for a provider that asks for none.</summary>
    internal byte[] AuthorizationBlock { get; } = value is null ? [] : Encoding.ASCII.GetBytes($"authorization: Bearer {value}\r\n");

    /// <summary>Never shows the credential.</summary>
    public override string ToString() => "credential";
}
