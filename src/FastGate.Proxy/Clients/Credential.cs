using FastGate.Protocol.Http;

namespace FastGate.Proxy.Clients;

/// <summary>Finds the credential in a request's head.</summary>
internal static class Credential
{
    /// <summary>
    /// The bearer token, else <c>x-api-key</c>, <c>api-key</c> or <c>x-goog-api-key</c>: the OpenAI, Anthropic, Azure and Google libraries
    /// each send their own.
    /// </summary>
    internal static bool TryFind(RequestHead head, out ReadOnlySpan<byte> credential)
    {
        if (head.TryGet(KnownHeader.Authorization, out ReadOnlySpan<byte> authorization))
        {
            ReadOnlySpan<byte> scheme = "Bearer "u8;
            if (authorization.Length > scheme.Length && System.Text.Ascii.EqualsIgnoreCase(authorization[..scheme.Length], scheme))
            {
                credential = authorization[scheme.Length..].TrimStart((byte)' ');
                return !credential.IsEmpty;
            }
        }

        return (head.TryGet(KnownHeader.XApiKey, out credential) || head.TryGet(KnownHeader.ApiKey, out credential)
            || head.TryGet(KnownHeader.XGoogApiKey, out credential)) && !credential.IsEmpty;
    }
}
