using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace FastGate.Protocol.Json;

/// <summary>A JSON string in place: the octets between its quotes, and whether escapes are among them.</summary>
public readonly ref struct JsonString
{
    internal JsonString(ReadOnlySpan<byte> raw, bool needsUnescape)
    {
        Raw = raw;
        NeedsUnescape = needsUnescape;
    }

    /// <summary>The octets between the quotes as they came.</summary>
    public ReadOnlySpan<byte> Raw { get; }

    /// <summary>Whether <see cref="Raw"/> holds escapes; if not, it is the text itself.</summary>
    public bool NeedsUnescape { get; }

    /// <summary>Whether the text is empty.</summary>
    public bool IsEmpty => Raw.IsEmpty;

    /// <summary>Writes the text without escapes; <c>Raw.Length</c> octets always suffice.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="written">How many octets were written.</param>
    /// <returns>False when <paramref name="target"/> is too short or a surrogate stands alone.</returns>
    public bool TryUnescape(Span<byte> target, out int written)
    {
        if (NeedsUnescape)
        {
            return JsonEscapes.TryUnescape(Raw, target, out written);
        }

        written = Raw.Length;
        return Raw.TryCopyTo(target);
    }

    /// <summary>Compares the text, escapes taken away, with a text of at most 128 octets.</summary>
    /// <param name="text">The text to compare with.</param>
    /// <returns>Whether they are the same octets.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Is(ReadOnlySpan<byte> text) => NeedsUnescape ? UnescapedIs(text) : Raw.SequenceEqual(text);

    /// <summary>The text without escapes: in place where it has none, else written to <paramref name="scratch"/>.</summary>
    /// <param name="scratch">Where an escaped text goes; as long as the longest text of interest.</param>
    /// <returns>The text; empty when it does not fit or a surrogate stands alone, so that it equals no name looked for.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> InPlaceOr(Span<byte> scratch) => NeedsUnescape ? Unescaped(scratch) : Raw;

    /// <summary>The text as a string: for messages, not for the hot path.</summary>
    [ExcludeFromCodeCoverage]
    public override string ToString()
    {
        byte[] target = new byte[Raw.Length];
        return TryUnescape(target, out int written) ? Encoding.UTF8.GetString(target, 0, written) : Encoding.UTF8.GetString(Raw);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ReadOnlySpan<byte> Unescaped(Span<byte> scratch) => JsonEscapes.TryUnescape(Raw, scratch, out int written) ? scratch[..written] : default;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool UnescapedIs(ReadOnlySpan<byte> text)
    {
        // An escape of six characters stands for one octet at least.
        Span<byte> target = stackalloc byte[128];
        return text.Length <= target.Length
            && Raw.Length <= 6 * text.Length
            && TryUnescape(target, out int written)
            && target[..written].SequenceEqual(text);
    }
}
