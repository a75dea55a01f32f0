namespace FastGate.Load.Http;

/// <summary>
/// Watches a chat completion stream go by: counts events, notes when the first token and the last event came, and
/// whether the answer is whole. Lines may be cut anywhere; only a line cut by a read is copied. An event is a blank
/// line after at least one data field (WHATWG HTML §9.2.6); comments and other fields are skipped.
/// </summary>
internal sealed class SseScanner
{
    /// <summary>A longer line is no chat completion event.</summary>
    public const int MaxLine = 1024 * 1024;

    private byte[] _partial = new byte[1024];
    private int _partialLength;
    private bool _eventHasData;
    private bool _isDoneMark;
    private bool _lastWasCarriageReturn;

    /// <summary>Events with data, the closing [DONE] not counted.</summary>
    public int Events { get; private set; }

    /// <summary>When the first event with text in <c>delta.content</c> arrived; 0 while there is none.</summary>
    public long FirstTokenAt { get; private set; }

    /// <summary>When the newest event arrived; 0 while there is none.</summary>
    public long LastEventAt { get; private set; }

    /// <summary>A finish reason that is not null was seen.</summary>
    public bool Finished { get; private set; }

    /// <summary><c>data: [DONE]</c> was seen.</summary>
    public bool Done { get; private set; }

    /// <summary>An event whose object begins with "error" was seen: the server says the stream broke.</summary>
    public bool SawError { get; private set; }

    /// <summary>A line ran past <see cref="MaxLine"/>, or an event followed [DONE].</summary>
    public bool Malformed { get; private set; }

    /// <summary>The answer is whole: it said why it ended, and that it ended.</summary>
    public bool IsComplete => Finished && Done && !SawError && !Malformed;

    /// <summary>Gets ready for the next stream.</summary>
    public void Reset()
    {
        _partialLength = 0;
        _eventHasData = _isDoneMark = _lastWasCarriageReturn = false;
        Events = 0;
        FirstTokenAt = LastEventAt = 0;
        Finished = Done = SawError = Malformed = false;
    }

    /// <summary>Reads on; everything in <paramref name="bytes"/> is held to have arrived at <paramref name="now"/>.</summary>
    public void Feed(ReadOnlySpan<byte> bytes, long now)
    {
        while (!bytes.IsEmpty)
        {
            if (_lastWasCarriageReturn)
            {
                // CR LF cut in two: the line ended with the CR already.
                _lastWasCarriageReturn = false;
                if (bytes[0] == '\n')
                {
                    bytes = bytes[1..];
                    continue;
                }
            }

            int end = bytes.IndexOfAny((byte)'\n', (byte)'\r');
            if (end < 0)
            {
                Keep(bytes);
                return;
            }

            _lastWasCarriageReturn = bytes[end] == '\r';
            if (_partialLength > 0)
            {
                Keep(bytes[..end]);
                Line(_partial.AsSpan(0, _partialLength), now);
                _partialLength = 0;
            }
            else
            {
                Line(bytes[..end], now);
            }

            bytes = bytes[(end + 1)..];
        }
    }

    private void Line(ReadOnlySpan<byte> line, long now)
    {
        if (line.IsEmpty)
        {
            Dispatch(now);
        }
        else if (line.StartsWith("data:"u8))
        {
            Data(line[5..].TrimStart((byte)' '), now);
        }
    }

    private void Data(ReadOnlySpan<byte> data, long now)
    {
        _eventHasData = true;
        if (data.SequenceEqual("[DONE]"u8))
        {
            _isDoneMark = true;
            return;
        }

        if (!Finished)
        {
            Finished = HasText(data, "\"finish_reason\""u8);
        }

        if (FirstTokenAt == 0 && HasText(data, "\"content\""u8))
        {
            FirstTokenAt = now;
        }

        SawError |= data.StartsWith("{\"error\""u8);
    }

    private void Dispatch(long now)
    {
        if (!_eventHasData)
        {
            return;
        }

        Malformed |= Done;
        LastEventAt = now;
        if (_isDoneMark)
        {
            Done = true;
        }
        else
        {
            Events++;
        }

        _eventHasData = _isDoneMark = false;
    }

    /// <summary>Some <paramref name="key"/> (with its quotes) holds a string that is not empty. Text that quotes JSON escapes its quotes, so it cannot look like a key.</summary>
    private static bool HasText(ReadOnlySpan<byte> json, ReadOnlySpan<byte> key)
    {
        for (int at = json.IndexOf(key); at >= 0; at = json.IndexOf(key))
        {
            json = json[(at + key.Length)..];
            ReadOnlySpan<byte> value = json.TrimStart(" \t"u8);
            if (value.IsEmpty || value[0] != ':')
            {
                continue;
            }

            value = value[1..].TrimStart(" \t"u8);
            if (value.Length >= 2 && value[0] == '"' && value[1] != '"')
            {
                return true;
            }
        }

        return false;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_partialLength + bytes.Length > MaxLine)
        {
            Malformed = true;
            _partialLength = 0;
            return;
        }

        if (_partialLength + bytes.Length > _partial.Length)
        {
            Array.Resize(ref _partial, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(_partialLength + bytes.Length)));
        }

        bytes.CopyTo(_partial.AsSpan(_partialLength));
        _partialLength += bytes.Length;
    }
}
