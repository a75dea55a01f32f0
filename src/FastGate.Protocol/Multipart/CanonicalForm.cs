using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;

namespace FastGate.Protocol.Multipart;

/// <summary>
/// Hashes a <c>multipart/form-data</c> body (SHA-256) without its boundary, which clients draw anew each time they send the same form.
/// Everything else counts, octet for octet.
/// </summary>
public static class CanonicalForm
{
    /// <summary>Hashes a body.</summary>
    /// <param name="prefix">What is hashed before it; its length goes in as well.</param>
    /// <param name="boundary">The boundary, without hyphens before it.</param>
    /// <param name="body">The body.</param>
    /// <param name="hash">Where the hash goes, 32 octets.</param>
    public static void Hash(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> boundary, in ReadOnlySequence<byte> body, Span<byte> hash)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendLength(sha, prefix.Length);
        sha.AppendData(prefix);
        var reader = new SequenceReader<byte>(body);
        while (reader.TryReadTo(out ReadOnlySequence<byte> piece, boundary))
        {
            Append(sha, piece);
        }

        Append(sha, reader.UnreadSequence);
        sha.GetHashAndReset(hash);
    }

    // With its length, so that where the pieces end is part of the hash.
    private static void Append(IncrementalHash sha, in ReadOnlySequence<byte> piece)
    {
        AppendLength(sha, piece.Length);
        foreach (ReadOnlyMemory<byte> part in piece)
        {
            sha.AppendData(part.Span);
        }
    }

    private static void AppendLength(IncrementalHash sha, long length)
    {
        Span<byte> octets = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(octets, length);
        sha.AppendData(octets);
    }
}
