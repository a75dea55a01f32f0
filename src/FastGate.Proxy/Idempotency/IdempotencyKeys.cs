using System.Security.Cryptography;
using FastGate.Protocol.Http;
using FastGate.Proxy.Answers;
using FastGate.Proxy.Clients;
using FastGate.Proxy.Model;
using FastGate.Proxy.Responses;

namespace FastGate.Proxy.Idempotency;

/// <summary>Finds a request's idempotency key and who it belongs to.</summary>
internal static class IdempotencyKeys
{
    /// <summary>Octets of a key at most.</summary>
    internal const int MaxLength = 255;

    /// <summary>Octets of a scope: what kind it is, and a SHA-256.</summary>
    internal const int ScopeLength = 1 + SHA256.HashSizeInBytes;

    private const byte ClientScope = (byte)'c';
    private const byte CredentialScope = (byte)'k';
    private const byte OpenScope = (byte)'o';
    private const byte GivenKey = (byte)'g';
    private const byte AutomaticKey = (byte)'a';

    /// <summary>Whether a request brings a key.</summary>
    internal static bool IsGiven(RequestHead head) => head.Has(KnownHeader.IdempotencyKey) || head.Has(KnownHeader.XFastgateIdempotencyKey);

    /// <summary>The key a request brings: <c>Idempotency-Key</c>, else <c>x-fastgate-idempotency-key</c>.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    internal static GatewayError? Read(RequestHead head, out ReadOnlySpan<byte> key)
    {
        string name = "idempotency-key";
        if (!head.TryGet(KnownHeader.IdempotencyKey, out key))
        {
            head.TryGet(KnownHeader.XFastgateIdempotencyKey, out key);
            name = "x-fastgate-idempotency-key";
        }

        return key.Length is > 0 and <= MaxLength && !key.ContainsAnyExceptInRange((byte)0x20, (byte)0x7e)
            ? null
            : GatewayError.Invalid($"The header {name} must be 1 to {MaxLength} ASCII characters, such as a UUID drawn anew for each request.", name);
    }

    /// <summary>
    /// Whose keys and answers a request shares: those of the configured client; where none are configured, those of whoever sends the same
    /// credential, or none.
    /// </summary>
    internal static void WriteScope(ClientSettings? client, RequestHead head, Span<byte> scope)
    {
        scope[1..].Clear();
        if (client is not null)
        {
            scope[0] = ClientScope;
            client.KeySha256.AsSpan().CopyTo(scope[1..]);
        }
        else if (Credential.TryFind(head, out ReadOnlySpan<byte> credential))
        {
            scope[0] = CredentialScope;
            SHA256.HashData(credential, scope[1..]);
        }
        else
        {
            scope[0] = OpenScope;
        }
    }

    /// <summary>What a given key is found by.</summary>
    internal static AnswerKey ForGiven(ReadOnlySpan<byte> scope, ReadOnlySpan<byte> key) => Combine(scope, GivenKey, key);

    /// <summary>What a request without a key is found by where the route makes its own.</summary>
    internal static AnswerKey ForRequest(ReadOnlySpan<byte> scope, in AnswerKey request) => Combine(scope, AutomaticKey, AnswerKey.Read(request));

    private static AnswerKey Combine(ReadOnlySpan<byte> scope, byte kind, ReadOnlySpan<byte> rest)
    {
        Span<byte> text = stackalloc byte[ScopeLength + 1 + MaxLength];
        scope.CopyTo(text);
        text[ScopeLength] = kind;
        rest.CopyTo(text[(ScopeLength + 1)..]);
        var key = default(AnswerKey);
        SHA256.HashData(text[..(ScopeLength + 1 + rest.Length)], key.Octets);
        return key;
    }
}
