using System.Collections.Immutable;
using System.Security.Cryptography;
using FastGate.Proxy.Model;

namespace FastGate.Proxy.Clients;

/// <summary>
/// Finds the client a credential belongs to. Only hashes are kept; every stored hash is compared in full whatever the earlier ones
/// gave, so the time taken tells nothing about how much of a key was right.
/// </summary>
internal sealed class ClientTable(ImmutableArray<ClientSettings> clients)
{
    /// <summary>Whether anybody who reaches the listener may call.</summary>
    internal bool IsOpen => clients.IsEmpty;

    /// <summary>The client with this credential, or null.</summary>
    internal ClientSettings? Find(ReadOnlySpan<byte> credential)
    {
        Span<byte> hash = stackalloc byte[KeyHash.Length];
        KeyHash.Write(credential, hash);
        ClientSettings? found = null;
        foreach (ClientSettings client in clients)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, client.KeySha256.AsSpan()))
            {
                found = client;
            }
        }

        return found;
    }
}
