using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using FastGate.Protocol.Http;

namespace FastGate.Providers.Classification;

/// <summary>What a rate limit counts.</summary>
internal enum RateLimitUnit : byte
{
    /// <summary>Something else: images, seconds of audio.</summary>
    Other,

    /// <summary>Requests; also where the field does not say what it counts.</summary>
    Requests,

    /// <summary>Tokens, of input, output or both.</summary>
    Tokens,
}

/// <summary>What the fields of one head say about one limit, as <c>tokens</c>, <c>requests-day</c> or <c>input-tokens</c>.</summary>
internal struct RateLimitEntry
{
    /// <summary>What it counts.</summary>
    internal RateLimitUnit Unit { get; set; }

    /// <summary>Its name, of the head the entry was read from.</summary>
    internal ByteSlice Name { get; set; }

    /// <summary>What is left; -1 when not said.</summary>
    internal long Remaining { get; set; }

    /// <summary>What is allowed; -1 when not said.</summary>
    internal long Limit { get; set; }

    /// <summary>The value that says when it is full again; empty when not said.</summary>
    internal ByteSlice Reset { get; set; }
}

/// <summary>
/// The rate-limit fields of a response head, by limit. They are named <c>x-ratelimit-remaining-tokens</c> (OpenAI, Azure, Groq and most
/// others; Cerebras and Mistral add a window as in <c>-tokens-minute</c>), <c>anthropic-ratelimit-tokens-remaining</c> (Anthropic), or,
/// without a limit's name, <c>x-ratelimit-remaining</c> (OpenRouter) and <c>ratelimit-remaining</c>
/// (draft-ietf-httpapi-ratelimit-headers-06).
/// </summary>
internal struct RateLimitFields
{
    private const int MaxEntries = 8;

    // ratelimit-limit, and more than anthropic-ratelimit-output-tokens-remaining.
    private const int ShortestName = 15;
    private const int LongestName = 64;

    private Entries _entries;

    private enum Part : byte
    {
        None,
        Limit,
        Remaining,
        Reset,
    }

    /// <summary>How many limits were found.</summary>
    internal int Count { get; private set; }

    /// <summary>The limits found.</summary>
    [UnscopedRef]
    internal ReadOnlySpan<RateLimitEntry> All => ((ReadOnlySpan<RateLimitEntry>)_entries)[..Count];

    /// <summary>The first field that may be one of them, or -1. A head without any costs one look at each name's length.</summary>
    /// <param name="head">The head.</param>
    internal static int IndexOfFirst(ResponseHead head)
    {
        ReadOnlySpan<byte> bytes = head.Bytes;
        int count = head.HeaderCount;
        for (int i = 0; i < count; i++)
        {
            if (PrefixOf(head.Header(i), bytes) != 0)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Reads the fields; of more limits than eight the first.</summary>
    /// <param name="head">The head.</param>
    /// <param name="first">What <see cref="IndexOfFirst"/> said.</param>
    /// <param name="fields">What they say.</param>
    internal static void Read(ResponseHead head, int first, out RateLimitFields fields)
    {
        fields = default;
        ReadOnlySpan<byte> bytes = head.Bytes;
        int count = head.HeaderCount;
        for (int i = first; i < count; i++)
        {
            ref readonly HeaderField field = ref head.Header(i);
            int prefix = PrefixOf(field, bytes);
            if (prefix != 0)
            {
                fields.Add(field, prefix, bytes);
            }
        }
    }

    /// <summary>The length of what comes before the part and the limit's name; 0 when it is another field.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PrefixOf(in HeaderField field, ReadOnlySpan<byte> bytes) =>
        field.Id == KnownHeader.Other && field.Name.Length is >= ShortestName and <= LongestName
            ? PrefixOf(bytes.Slice(field.Name.Offset, field.Name.Length))
            : 0;

    private static int PrefixOf(ReadOnlySpan<byte> name) => (name[0] | 0x20) switch
    {
        'x' when Begins(name, "x-ratelimit-"u8) => 12,
        'r' when Begins(name, "ratelimit-"u8) => 10,
        'a' when Begins(name, "anthropic-ratelimit-"u8) => 20,
        _ => 0,
    };

    private static bool Begins(ReadOnlySpan<byte> name, ReadOnlySpan<byte> prefix) => name.Length > prefix.Length && Is(name[..prefix.Length], prefix);

    /// <summary>Whether two texts are the same in any letter case. Nearly all names come in lower case, which is the quicker to tell.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> lower) =>
        text.Length == lower.Length && (text.SequenceEqual(lower) || Ascii.EqualsIgnoreCase(text, lower));

    private void Add(in HeaderField field, int prefix, ReadOnlySpan<byte> bytes)
    {
        Part part = Split(bytes, new ByteSlice(field.Name.Offset + prefix, field.Name.Length - prefix), out ByteSlice name);
        int entry = part == Part.None ? -1 : IndexOf(bytes, name);
        if (entry < 0)
        {
            return;
        }

        switch (part)
        {
            case Part.Limit:
                _entries[entry].Limit = LeadingInteger(bytes.Slice(field.Value.Offset, field.Value.Length));
                break;
            case Part.Remaining:
                _entries[entry].Remaining = LeadingInteger(bytes.Slice(field.Value.Offset, field.Value.Length));
                break;
            default:
                _entries[entry].Reset = field.Value;
                break;
        }
    }

    /// <summary>Finds the part at the start (<c>remaining-tokens</c>, <c>remaining</c>) or at the end (<c>tokens-remaining</c>).</summary>
    private static Part Split(ReadOnlySpan<byte> bytes, ByteSlice rest, out ByteSlice name)
    {
        ReadOnlySpan<byte> text = bytes.Slice(rest.Offset, rest.Length);
        int hyphen = text.IndexOf((byte)'-');
        Part part = PartOf(hyphen < 0 ? text : text[..hyphen]);
        if (part != Part.None)
        {
            name = hyphen < 0 ? default : new ByteSlice(rest.Offset + hyphen + 1, rest.Length - hyphen - 1);
            return part;
        }

        hyphen = text.LastIndexOf((byte)'-');
        name = hyphen < 0 ? default : new ByteSlice(rest.Offset, hyphen);
        return hyphen < 0 ? Part.None : PartOf(text[(hyphen + 1)..]);
    }

    private static Part PartOf(ReadOnlySpan<byte> text) => text.Length switch
    {
        5 when Is(text, "limit"u8) => Part.Limit,
        5 when Is(text, "reset"u8) => Part.Reset,
        9 when Is(text, "remaining"u8) => Part.Remaining,
        _ => Part.None,
    };

    /// <summary>The entry of a limit, a new one if it has none yet; -1 when there are too many.</summary>
    private int IndexOf(ReadOnlySpan<byte> bytes, ByteSlice name)
    {
        ReadOnlySpan<byte> text = bytes.Slice(name.Offset, name.Length);
        for (int i = 0; i < Count; i++)
        {
            ByteSlice known = _entries[i].Name;
            if (Is(text, bytes.Slice(known.Offset, known.Length)))
            {
                return i;
            }
        }

        if (Count == MaxEntries)
        {
            return -1;
        }

        _entries[Count] = new RateLimitEntry { Name = name, Unit = UnitOf(text), Limit = -1, Remaining = -1 };
        return Count++;
    }

    private static RateLimitUnit UnitOf(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || Begins(name, "req"u8))
        {
            return RateLimitUnit.Requests;
        }

        for (int i = 0; i + 5 <= name.Length; i++)
        {
            if (Ascii.EqualsIgnoreCase(name.Slice(i, 5), "token"u8))
            {
                return RateLimitUnit.Tokens;
            }
        }

        return RateLimitUnit.Other;
    }

    /// <summary>The integer at the start of a value, whatever follows it (<c>100;w=60</c>, <c>99.5</c>); -1 when there is none.</summary>
    private static long LeadingInteger(ReadOnlySpan<byte> text)
    {
        long value = -1;
        foreach (byte digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9' || value > long.MaxValue / 100)
            {
                break;
            }

            value = (Math.Max(value, 0) * 10) + (digit - '0');
        }

        return value;
    }

    [InlineArray(MaxEntries)]
    private struct Entries
    {
        private RateLimitEntry _first;
    }
}
