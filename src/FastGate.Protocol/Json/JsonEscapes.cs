using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace FastGate.Protocol.Json;

/// <summary>Takes string escapes away and puts them in (RFC 8259 §7).</summary>
public static class JsonEscapes
{
    /// <summary>Unescapes the text between the quotes of a JSON string into UTF-8. The result is never longer than the text.</summary>
    /// <param name="text">The text between the quotes, escapes as they came.</param>
    /// <param name="target">Where to; <c>text.Length</c> octets always suffice.</param>
    /// <param name="written">How many octets were written.</param>
    /// <returns>False when <paramref name="target"/> is too short, an escape is malformed, or a surrogate stands alone.</returns>
    public static bool TryUnescape(ReadOnlySpan<byte> text, Span<byte> target, out int written)
    {
        written = 0;
        while (true)
        {
            int plain = text.IndexOf((byte)'\\');
            ReadOnlySpan<byte> run = plain < 0 ? text : text[..plain];
            if (!run.TryCopyTo(target[written..]))
            {
                return false;
            }

            written += run.Length;
            if (plain < 0)
            {
                return true;
            }

            text = text[plain..];
            if (text.Length < 2)
            {
                return false;
            }

            int simple = JsonBytes.SimpleEscape(text[1]);
            if (simple >= 0)
            {
                if (written == target.Length)
                {
                    return false;
                }

                target[written++] = (byte)simple;
                text = text[2..];
                continue;
            }

            if (!TryReadRune(ref text, out Rune rune) || !rune.TryEncodeToUtf8(target[written..], out int octets))
            {
                return false;
            }

            written += octets;
        }
    }

    /// <summary>Writes a JSON string, quotes included. Octets that are not UTF-8 become U+FFFD, so the output is always valid.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="text">The text, UTF-8.</param>
    public static void WriteString(IBufferWriter<byte> writer, ReadOnlySpan<byte> text)
    {
        writer.Write("\""u8);
        WriteText(writer, text);
        writer.Write("\""u8);
    }

    /// <summary>Writes the inside of a JSON string, without quotes; see <see cref="WriteString(IBufferWriter{byte}, ReadOnlySpan{byte})"/>.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="text">The text, UTF-8.</param>
    public static void WriteText(IBufferWriter<byte> writer, ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text))
        {
            WriteRepaired(writer, text);
            return;
        }

        WriteValid(writer, text);
    }

    private static void WriteValid(IBufferWriter<byte> writer, ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            int stop = JsonBytes.IndexOfStringStop(text, 0);
            writer.Write(stop < 0 ? text : text[..stop]);
            if (stop < 0)
            {
                return;
            }

            WriteEscape(writer, text[stop]);
            text = text[(stop + 1)..];
        }
    }

    private static void WriteRepaired(IBufferWriter<byte> writer, ReadOnlySpan<byte> text)
    {
        while (!text.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(text, out _, out int consumed) == OperationStatus.Done;
            if (valid)
            {
                WriteValid(writer, text[..consumed]);
            }
            else
            {
                writer.Write("\uFFFD"u8);
            }

            text = text[consumed..];
        }
    }

    private static void WriteEscape(IBufferWriter<byte> writer, byte value)
    {
        switch (value)
        {
            case (byte)'"':
                writer.Write("\\\""u8);
                break;
            case (byte)'\\':
                writer.Write("\\\\"u8);
                break;
            case (byte)'\n':
                writer.Write("\\n"u8);
                break;
            case (byte)'\r':
                writer.Write("\\r"u8);
                break;
            case (byte)'\t':
                writer.Write("\\t"u8);
                break;
            default:
                ReadOnlySpan<byte> digits = "0123456789abcdef"u8;
                writer.Write([(byte)'\\', (byte)'u', (byte)'0', (byte)'0', digits[value >> 4], digits[value & 15]]);
                break;
        }
    }

    /// <summary>Reads <c>\uXXXX</c>, or a surrogate pair of them.</summary>
    private static bool TryReadRune(ref ReadOnlySpan<byte> text, out Rune rune)
    {
        rune = default;
        int first = ReadUnit(text);
        if (first < 0)
        {
            return false;
        }

        text = text[6..];
        if (!char.IsSurrogate((char)first))
        {
            rune = new Rune(first);
            return true;
        }

        int second = ReadUnit(text);
        if (second < 0 || !Rune.TryCreate((char)first, (char)second, out rune))
        {
            return false;
        }

        text = text[6..];
        return true;
    }

    private static int ReadUnit(ReadOnlySpan<byte> text)
    {
        if (text.Length < 6 || text[0] != (byte)'\\' || text[1] != (byte)'u')
        {
            return -1;
        }

        int value = 0;
        for (int i = 2; i < 6; i++)
        {
            int digit = JsonBytes.HexValue(text[i]);
            if (digit < 0)
            {
                return -1;
            }

            value = (value << 4) | digit;
        }

        return value;
    }
}
