using System.Buffers;

namespace FastGate.Protocol.Sse;

/// <summary>Writes blocks of an event stream (WHATWG HTML §9.2.5), lines ended by LF.</summary>
public static class SseWriter
{
    /// <summary>Writes <c>data: …</c> and a blank line; data of several lines (LF, CR or CRLF) becomes several <c>data</c> lines.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="data">The event's data, UTF-8.</param>
    public static void WriteData(IBufferWriter<byte> writer, ReadOnlySpan<byte> data)
    {
        if (data.IndexOfAny((byte)'\r', (byte)'\n') >= 0)
        {
            WriteLines(writer, data);
            writer.Write("\n"u8);
            return;
        }

        Span<byte> target = writer.GetSpan(data.Length + 8);
        "data: "u8.CopyTo(target);
        data.CopyTo(target[6..]);
        "\n\n"u8.CopyTo(target[(6 + data.Length)..]);
        writer.Advance(data.Length + 8);
    }

    /// <summary>Writes a block with the fields given.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="data">The event's data, UTF-8.</param>
    /// <param name="eventType">The event's type; empty for none.</param>
    /// <param name="id">The event's id; empty for none.</param>
    /// <exception cref="ArgumentException">The type or the id holds a line break, or the id a NUL.</exception>
    public static void WriteEvent(IBufferWriter<byte> writer, ReadOnlySpan<byte> data, ReadOnlySpan<byte> eventType, ReadOnlySpan<byte> id = default)
    {
        if (!id.IsEmpty)
        {
            WriteField(writer, "id: "u8, id, nameof(id));
        }

        if (!eventType.IsEmpty)
        {
            WriteField(writer, "event: "u8, eventType, nameof(eventType));
        }

        WriteData(writer, data);
    }

    /// <summary>Writes a comment block, <c>: text</c> and a blank line: a keep-alive that clients ignore.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="text">The comment: no line break.</param>
    /// <exception cref="ArgumentException">The text holds a line break.</exception>
    public static void WriteComment(IBufferWriter<byte> writer, ReadOnlySpan<byte> text)
    {
        WriteField(writer, ": "u8, text, nameof(text));
        writer.Write("\n"u8);
    }

    private static void WriteLines(IBufferWriter<byte> writer, ReadOnlySpan<byte> data)
    {
        while (true)
        {
            int end = data.IndexOfAny((byte)'\r', (byte)'\n');
            writer.Write("data: "u8);
            writer.Write(end < 0 ? data : data[..end]);
            writer.Write("\n"u8);
            if (end < 0)
            {
                return;
            }

            data = data[(data[end..].StartsWith("\r\n"u8) ? end + 2 : end + 1)..];
        }
    }

    private static void WriteField(IBufferWriter<byte> writer, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> value, string parameter)
    {
        ThrowIfBreaksLine(value, parameter);
        writer.Write(prefix);
        writer.Write(value);
        writer.Write("\n"u8);
    }

    /// <summary>Writes a block without its <c>id</c> lines.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="block">The block: whole lines.</param>
    public static void WriteWithoutId(IBufferWriter<byte> writer, ReadOnlySpan<byte> block)
    {
        while (!block.IsEmpty)
        {
            int end = block.IndexOfAny((byte)'\r', (byte)'\n');
            int next = block[end..].StartsWith("\r\n"u8) ? end + 2 : end + 1;
            if (!SseFields.IsIdLine(block[..end]))
            {
                writer.Write(block[..next]);
            }

            block = block[next..];
        }
    }

    private static void ThrowIfBreaksLine(ReadOnlySpan<byte> value, string parameter)
    {
        if (value.IndexOfAny((byte)'\r', (byte)'\n', (byte)0) >= 0)
        {
            throw new ArgumentException("A line break or NUL would end the field early.", parameter);
        }
    }
}
