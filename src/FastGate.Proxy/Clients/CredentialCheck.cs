using FastGate.Protocol.Http;
using FastGate.Proxy.Model;

namespace FastGate.Proxy.Clients;

/// <summary>
/// Tells who a connection's requests come from. A connection nearly always sends the same credential again, so the last good one is
/// kept and compared in constant time before anything is hashed.
/// </summary>
internal sealed class CredentialCheck
{
    private ClientTable? _table;
    private ClientSettings? _client;
    private byte[] _credential = [];

    /// <summary>The client, or null when there is none for what was sent; <paramref name="given"/> tells whether anything was sent.</summary>
    internal ClientSettings? Find(ClientTable table, RequestHead head, out bool given)
    {
        given = Credential.TryFind(head, out ReadOnlySpan<byte> credential);
        if (!given)
        {
            return null;
        }

        if (ReferenceEquals(table, _table) && ConstantTime.AreEqual(credential, _credential))
        {
            return _client;
        }

        ClientSettings? client = table.Find(credential);
        if (client is not null)
        {
            _table = table;
            _client = client;
            _credential = credential.ToArray();
        }

        return client;
    }
}
