namespace FastGate.MockProvider.Http;

/// <summary>One request, whole: its body is decoded and in memory.</summary>
internal sealed record MockRequest(string Method, string Path, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    /// <summary>The value of the first header of that name, in any case; null when there is none.</summary>
    internal string? Header(string name)
    {
        foreach (KeyValuePair<string, string> header in Headers)
        {
            if (header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return header.Value;
            }
        }

        return null;
    }
}
