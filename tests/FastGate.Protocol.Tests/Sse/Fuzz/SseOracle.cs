namespace FastGate.Protocol.Tests.Sse.Fuzz;

/// <summary>
/// WHATWG HTML §9.2.5 and §9.2.6 followed to the letter over a whole stream: slow, and simple enough to be seen to be right.
/// Works on Latin-1 text, one character an octet.
/// </summary>
internal static class SseOracle
{
    /// <summary>The blocks of the stream, their octets left out.</summary>
    public static List<ReadEvent> Read(string stream)
    {
        if (stream.StartsWith("\u00EF\u00BB\u00BF", StringComparison.Ordinal))
        {
            stream = stream[3..];
        }

        // A line counts once it is ended; what follows the last end is an unfinished line.
        string[] lines = stream.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\n')[..^1];
        var events = new List<ReadEvent>();
        var block = new List<string>();
        foreach (string line in lines)
        {
            if (line.Length != 0)
            {
                block.Add(line);
            }
            else if (block.Count != 0)
            {
                events.Add(Dispatch(block));
                block.Clear();
            }
        }

        return events;
    }

    private static ReadEvent Dispatch(List<string> lines)
    {
        var data = new List<string>();
        string type = "";
        string? id = null;
        int retry = -1;
        foreach (string line in lines)
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            string name = colon < 0 ? line : line[..colon];
            string value = colon < 0 ? "" : line[(colon + 1)..];
            value = value.StartsWith(' ') ? value[1..] : value;
            switch (name)
            {
                case "data":
                    data.Add(value);
                    break;
                case "event":
                    type = value;
                    break;
                case "id" when !value.Contains('\0', StringComparison.Ordinal):
                    id = value;
                    break;
                case "retry" when value.Length != 0 && value.All(char.IsAsciiDigit):
                    retry = (int)System.Numerics.BigInteger.Min(int.MaxValue, System.Numerics.BigInteger.Parse(value));
                    break;
            }
        }

        return new ReadEvent("", string.Join('\n', data), data.Count != 0, type, id, retry, lines.All(line => line.StartsWith(':')));
    }
}
