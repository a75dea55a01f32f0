using FastGate.Protocol.Json;

namespace FastGate.Providers.OpenAi;

/// <summary>Where the text of a JSON string, or of a number, lies in the document it was found in. The default says there is none.</summary>
/// <param name="Start">The first octet of the text, quotes not included.</param>
/// <param name="Length">Its length in octets.</param>
/// <param name="NeedsUnescape">Whether escapes are in it.</param>
public readonly record struct JsonSlice(int Start, int Length, bool NeedsUnescape)
{
    /// <summary>Whether there is no text, or an empty one.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>The text as it came, escapes included.</summary>
    /// <param name="json">The document the slice is of.</param>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> json) => json.Slice(Start, Length);

    /// <summary>Writes the text without escapes; <see cref="Length"/> octets always suffice.</summary>
    /// <param name="json">The document the slice is of.</param>
    /// <param name="target">Where to.</param>
    /// <param name="written">How many octets were written.</param>
    /// <returns>False when <paramref name="target"/> is too short or a surrogate stands alone.</returns>
    public bool TryUnescape(ReadOnlySpan<byte> json, Span<byte> target, out int written)
    {
        if (NeedsUnescape)
        {
            return JsonEscapes.TryUnescape(Of(json), target, out written);
        }

        written = Length;
        return Of(json).TryCopyTo(target);
    }

    /// <summary>The slice of a string that was just read: the cursor stands behind its closing quote.</summary>
    internal static JsonSlice Before(in JsonCursor cursor, JsonString text) =>
        new(cursor.Position - 1 - text.Raw.Length, text.Raw.Length, text.NeedsUnescape);
}
