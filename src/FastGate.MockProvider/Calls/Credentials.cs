namespace FastGate.MockProvider.Calls;

/// <summary>Keeps keys out of the log, but for the four characters that tell one key from another.</summary>
internal static class Credentials
{
    private const int Shown = 4;

    internal static KeyValuePair<string, string> Masked(KeyValuePair<string, string> header) =>
        header.Key.ToLowerInvariant() is "authorization" or "x-api-key" or "api-key" or "x-goog-api-key" or "cookie" or "proxy-authorization"
            ? new(header.Key, MaskedValue(header.Value))
            : header;

    private static string MaskedValue(string value)
    {
        int space = value.IndexOf(' ');
        string scheme = space < 0 ? "" : value[..(space + 1)];
        string secret = value[(space + 1)..];

        // A secret no longer than what would be shown stays hidden whole.
        string tail = secret.Length > Shown ? secret[^Shown..] : "";
        return scheme + "****" + tail;
    }
}
