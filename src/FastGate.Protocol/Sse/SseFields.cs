using System.Runtime.CompilerServices;

namespace FastGate.Protocol.Sse;

/// <summary>
/// What the lines of the current block said, as offsets from the block's first octet, so that it stays true when an unfinished block
/// moves from the input into the reader's buffer.
/// </summary>
internal struct SseFields
{
    public int DataStart;
    public int DataLength;
    public int DataLines;
    public int TypeStart;
    public int TypeLength;
    public int IdStart;
    public int IdLength;
    public int Retry;
    public int FieldLines;
    public int CommentLines;

    public void Clear()
    {
        this = default;
        IdLength = -1;
        Retry = -1;
    }

    /// <summary>Takes one non-empty line (without its terminator) into account: WHATWG HTML §9.2.6, "process the field".</summary>
    /// <param name="block">The block so far.</param>
    /// <param name="start">Where the line starts in it.</param>
    /// <param name="length">The line's length, at least 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddLine(ReadOnlySpan<byte> block, int start, int length)
    {
        ReadOnlySpan<byte> line = block.Slice(start, length);
        int valueStart = DataValueStart(line);
        if (valueStart < 0)
        {
            AddOtherLine(line, start);
            return;
        }

        FieldLines++;
        if (DataLines++ == 0)
        {
            DataStart = start + valueStart;
            DataLength = length - valueStart;
        }
    }

    /// <summary>Where the value starts if the line is a <c>data</c> line, else -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int DataValueStart(ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("data"u8))
        {
            return -1;
        }

        if (line.Length == 4)
        {
            return 4;
        }

        return line[4] != (byte)':' ? -1 : line.Length > 5 && line[5] == (byte)' ' ? 6 : 5;
    }

    /// <summary>Whether the line is an <c>id</c> line.</summary>
    public static bool IsIdLine(ReadOnlySpan<byte> line) => line.StartsWith("id"u8) && (line.Length == 2 || line[2] == (byte)':');

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddOtherLine(ReadOnlySpan<byte> line, int start)
    {
        int colon = line.IndexOf((byte)':');
        if (colon == 0)
        {
            CommentLines++;
            return;
        }

        FieldLines++;
        ReadOnlySpan<byte> name = colon < 0 ? line : line[..colon];
        int valueStart = colon < 0 ? line.Length : colon + 1;
        if (valueStart < line.Length && line[valueStart] == (byte)' ')
        {
            valueStart++;
        }

        ReadOnlySpan<byte> value = line[valueStart..];
        if (name.SequenceEqual("event"u8))
        {
            TypeStart = start + valueStart;
            TypeLength = value.Length;
        }
        else if (name.SequenceEqual("id"u8))
        {
            if (!value.Contains((byte)0))
            {
                IdStart = start + valueStart;
                IdLength = value.Length;
            }
        }
        else if (name.SequenceEqual("retry"u8))
        {
            AddRetry(value);
        }
    }

    private void AddRetry(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || value.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return;
        }

        long milliseconds = 0;
        foreach (byte digit in value)
        {
            milliseconds = Math.Min((milliseconds * 10) + (digit - '0'), int.MaxValue);
        }

        Retry = (int)milliseconds;
    }
}
