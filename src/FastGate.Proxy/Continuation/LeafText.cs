using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace FastGate.Proxy.Continuation;

/// <summary>
/// The text of a stream's strings, which providers cut anywhere: between the octets of a character, and between the two escapes of a
/// surrogate pair. Each alone is no text; together they are.
/// </summary>
internal static class LeafText
{
    /// <summary>What <see cref="Decode"/> may write beyond the length of what it reads.</summary>
    internal const int Slack = 3;

    private static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;

    private static readonly SearchValues<byte> Escaped = SearchValues.Create(
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, (byte)'"', (byte)'\\',
    ]);

    /// <summary>Writes the inside of a valid JSON string without escapes and returns how many octets that took.</summary>
    /// <param name="raw">The octets between the quotes.</param>
    /// <param name="pending">The first half of a surrogate pair whose second has not come; 0 for none.</param>
    /// <param name="target">Where to; room for the length of <paramref name="raw"/> and <see cref="Slack"/>.</param>
    internal static int Decode(ReadOnlySpan<byte> raw, ref char pending, Span<byte> target)
    {
        int written = 0;
        while (!raw.IsEmpty)
        {
            int plain = raw.IndexOf((byte)'\\');
            ReadOnlySpan<byte> run = plain < 0 ? raw : raw[..plain];
            if (!run.IsEmpty)
            {
                GiveUp(ref pending, target, ref written);
                run.CopyTo(target[written..]);
                written += run.Length;
            }

            if (plain < 0)
            {
                break;
            }

            raw = raw[plain..];
            if (raw[1] == (byte)'u')
            {
                Utf8Parser.TryParse(raw.Slice(2, 4), out ushort unit, out _, 'x');
                DecodeUnit((char)unit, ref pending, target, ref written);
                raw = raw[6..];
            }
            else
            {
                GiveUp(ref pending, target, ref written);
                target[written++] = raw[1] switch { (byte)'b' => 8, (byte)'f' => 12, (byte)'n' => 10, (byte)'r' => 13, (byte)'t' => 9, byte same => same };
                raw = raw[2..];
            }
        }

        return written;
    }

    /// <summary>Writes text as the inside of a JSON string. Half a character stays half a character: its other half is with the client.</summary>
    internal static void Encode(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        while (!text.IsEmpty)
        {
            int stop = text.IndexOfAny(Escaped);
            output.Write(stop < 0 ? text : text[..stop]);
            if (stop < 0)
            {
                return;
            }

            switch (text[stop])
            {
                case (byte)'"':
                    output.Write("\\\""u8);
                    break;
                case (byte)'\\':
                    output.Write("\\\\"u8);
                    break;
                case (byte)'\n':
                    output.Write("\\n"u8);
                    break;
                default:
                    EncodeUnit((char)text[stop], output);
                    break;
            }

            text = text[(stop + 1)..];
        }
    }

    /// <summary>Writes <c>\uXXXX</c>.</summary>
    internal static void EncodeUnit(char unit, IBufferWriter<byte> output)
    {
        ReadOnlySpan<byte> digits = "0123456789abcdef"u8;
        output.Write([(byte)'\\', (byte)'u', digits[unit >> 12], digits[(unit >> 8) & 15], digits[(unit >> 4) & 15], digits[unit & 15]]);
    }

    private static void DecodeUnit(char unit, ref char pending, Span<byte> target, ref int written)
    {
        if (pending != 0 && char.IsLowSurrogate(unit))
        {
            written += new Rune(pending, unit).EncodeToUtf8(target[written..]);
            pending = '\0';
            return;
        }

        GiveUp(ref pending, target, ref written);
        if (char.IsHighSurrogate(unit))
        {
            pending = unit;
        }
        else if (Rune.TryCreate(unit, out Rune rune))
        {
            written += rune.EncodeToUtf8(target[written..]);
        }
        else
        {
            Replacement.CopyTo(target[written..]);
            written += Replacement.Length;
        }
    }

    // A half that stays alone is no character.
    private static void GiveUp(ref char pending, Span<byte> target, ref int written)
    {
        if (pending != 0)
        {
            pending = '\0';
            Replacement.CopyTo(target[written..]);
            written += Replacement.Length;
        }
    }
}
