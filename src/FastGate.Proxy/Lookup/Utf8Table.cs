using System.Numerics;
using System.Text;

namespace FastGate.Proxy.Lookup;

/// <summary>
/// An immutable table from UTF-8 names to values that is searched with the bytes of a request: no string is made. Names come from
/// the configuration and from providers, never from clients, so a client cannot make names collide.
/// </summary>
/// <typeparam name="T">The value's type.</typeparam>
internal sealed class Utf8Table<T>
    where T : class
{
    /// <summary>The table without entries.</summary>
    internal static readonly Utf8Table<T> Empty = new([]);

    private readonly Entry[] _entries;
    private readonly int _mask;

    /// <summary>Builds the table; where a name comes twice the first one stays.</summary>
    internal Utf8Table(IEnumerable<KeyValuePair<string, T>> items)
    {
        KeyValuePair<string, T>[] all = [.. items];
        _entries = new Entry[BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, all.Length * 2))];
        _mask = _entries.Length - 1;
        foreach (KeyValuePair<string, T> item in all)
        {
            byte[] name = Encoding.UTF8.GetBytes(item.Key);
            if (Find(name) is null)
            {
                Insert(name, item.Value);
            }
        }
    }

    /// <summary>The value with exactly this name, or null.</summary>
    internal T? Find(ReadOnlySpan<byte> name)
    {
        uint hash = Hash(name);
        for (int i = (int)hash & _mask; ; i = (i + 1) & _mask)
        {
            ref readonly Entry entry = ref _entries[i];
            if (entry.Name is null)
            {
                return null;
            }

            if (entry.Hash == hash && name.SequenceEqual(entry.Name))
            {
                return entry.Value;
            }
        }
    }

    private void Insert(byte[] name, T value)
    {
        uint hash = Hash(name);
        int i = (int)hash & _mask;
        while (_entries[i].Name is not null)
        {
            i = (i + 1) & _mask;
        }

        _entries[i] = new Entry(hash, name, value);
    }

    // FNV-1a: names are short, and a stronger hash would cost more than the comparison it saves.
    private static uint Hash(ReadOnlySpan<byte> name)
    {
        uint hash = 2166136261;
        foreach (byte b in name)
        {
            hash = (hash ^ b) * 16777619;
        }

        return hash;
    }

    private readonly record struct Entry(uint Hash, byte[] Name, T Value);
}
