namespace FastGate.Proxy.Upstream;

/// <summary>What differs from the system's own certificate checks for one provider.</summary>
/// <param name="CaFile">PEM file of certificate authorities to trust instead of the system's, or null.</param>
/// <param name="ServerName">The name to ask for and to check instead of the host's, or null.</param>
/// <param name="InsecureSkipVerify">Accept any certificate. For tests and closed networks only.</param>
public sealed record UpstreamTls(string? CaFile, string? ServerName, bool InsecureSkipVerify)
{
    /// <summary>The system's trust, the host's name.</summary>
    public static readonly UpstreamTls Default = new(null, null, false);
}
