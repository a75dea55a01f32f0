using System.Text;

namespace FastGate.Proxy.Model;

/// <summary>Takes a provider's keys out of what it says, which clients and logs are shown: some providers quote the key they refuse.</summary>
internal sealed class SecretMask
{
    // Shorter values of configured fields are names of organizations and versions; a message may well have them.
    private const int ShortestHeaderSecret = 16;

    private readonly byte[][] _secrets;

    internal SecretMask(ProviderSettings settings)
    {
        IEnumerable<string> keys = settings.Keys.Select(key => key.Value).OfType<string>().Where(key => key.Length > 0);
        IEnumerable<string> headers = settings.Headers.Select(header => header.Value).Where(value => value.Length >= ShortestHeaderSecret);
        _secrets = [.. keys.Concat(headers).Distinct().OrderByDescending(secret => secret.Length).Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>Puts asterisks in the place of keys.</summary>
    internal void Apply(Span<byte> text)
    {
        foreach (byte[] secret in _secrets)
        {
            for (int found = text.IndexOf(secret); found >= 0; found = text.IndexOf(secret))
            {
                text.Slice(found, secret.Length).Fill((byte)'*');
            }
        }
    }

    /// <summary>The text with asterisks in the place of keys.</summary>
    internal string? Apply(string? text)
    {
        if (text is null)
        {
            return null;
        }

        byte[] octets = Encoding.UTF8.GetBytes(text);
        Apply(octets);
        return Encoding.UTF8.GetString(octets);
    }
}
