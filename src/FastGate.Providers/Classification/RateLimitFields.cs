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
        for (int i = 0; i < head.HeaderCount; i++)
        {
            if (MayBe(head, i))
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
        for (int i = first; i < head.HeaderCount; i++)
        {
            if (MayBe(head, i))
            {
                fields.Add(head, i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool MayBe(ResponseHead head, int index)
    {
        ref readonly HeaderField field = ref head.Header(index);
        return field.Id == KnownHeader.Other && field.Name.Length is >= ShortestName and <= LongestName && PrefixOf(head[field.Name]) != 0;
    }

    /// <summary>The length of what comes before the part and the limit's name; 0 when it is another field.</summary>
    private static int PrefixOf(ReadOnlySpan<byte> name) => (name[0] | 0x20) switch
    {
        'x' => Begins(name, "x-ratelimit-"u8),
        'r' => Begins(name, "ratelimit-"u8),
        'a' => Begins(name, "anthropic-ratelimit-"u8),
        _ => 0,
    };

    private static int Begins(ReadOnlySpan<byte> name, ReadOnlySpan<byte> prefix) =>
        name.Length > prefix.Length && Ascii.EqualsIgnoreCase(name[..prefix.Length], prefix) ? prefix.Length : 0;

    private void Add(ResponseHead head, int index)
    {
        ref readonly HeaderField field = ref head.Header(index);
        int prefix = PrefixOf(head[field.Name]);
        Part part = Split(head, new ByteSlice(field.Name.Offset + prefix, field.Name.Length - prefix), out ByteSlice name);
        int entry = part == Part.None ? -1 : IndexOf(head, name);
        if (entry < 0)
        {
            return;
        }

        switch (part)
        {
            case Part.Limit:
                _entries[entry].Limit = LeadingInteger(head[field.Value]);
                break;
            case Part.Remaining:
                _entries[entry].Remaining = LeadingInteger(head[field.Value]);
                break;
            default:
                _entries[entry].Reset = field.Value;
                break;
        }
    }

    /// <summary>Finds the part at the start (<c>remaining-tokens</c>, <c>remaining</c>) or at the end (<c>tokens-remaining</c>).</summary>
    private static Part Split(ResponseHead head, ByteSlice rest, out ByteSlice name)
    {
        ReadOnlySpan<byte> text = head[rest];
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
        5 when Ascii.EqualsIgnoreCase(text, "limit"u8) => Part.Limit,
        5 when Ascii.EqualsIgnoreCase(text, "reset"u8) => Part.Reset,
        9 when Ascii.EqualsIgnoreCase(text, "remaining"u8) => Part.Remaining,
        _ => Part.None,
    };

    /// <summary>The entry of a limit, a new one if it has none yet; -1 when there are too many.</summary>
    private int IndexOf(ResponseHead head, ByteSlice name)
    {
        ReadOnlySpan<byte> text = head[name];
        for (int i = 0; i < Count; i++)
        {
            if (Ascii.EqualsIgnoreCase(head[_entries[i].Name], text))
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
        if (name.IsEmpty || Begins(name, "req"u8) != 0)
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
