namespace FastGate.Configuration;

/// <summary>One listener of the data plane.</summary>
internal sealed record ListenConfig
{
    /// <summary>Where it listens.</summary>
    public Address Address { get; init; } = new(Address.AnyHost, 0);

    /// <summary>Its certificate; null: plain http.</summary>
    public TlsConfig? Tls { get; init; }

    public override string ToString() => $"{(Tls is null ? "http" : "https")}://{Address}";
}

/// <summary>A server certificate and its key, both PEM files, as full paths.</summary>
internal sealed record TlsConfig
{
    /// <summary>The certificate and whatever intermediates belong to it, leaf first.</summary>
    public string Cert { get; init; } = "";

    /// <summary>The private key, not encrypted.</summary>
    public string Key { get; init; } = "";
}
