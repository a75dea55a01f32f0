using FastGate.Load.Http;

namespace FastGate.Load.Upstream;

/// <summary>
/// Finds the end of one request after another, and whether its body asks for a stream. Bodies are looked at as they
/// pass and not kept, so a megabyte costs no more memory than a line.
/// </summary>
internal sealed class RequestReader
{
    private const int MaxHead = 32 * 1024;

    // Enough to see "stream" : true when a read cuts it anywhere.
    private const int Overlap = 32;

    private readonly byte[] _seam = new byte[2 * Overlap];
    private byte[]? _partialHead;
    private int _partialLength;
    private int _tail;
    private ChunkedDecoder _chunks;
    private MessageHead _head;
    private long _left;
    private bool _inBody;

    /// <summary>The request read last wants server-sent events.</summary>
    public bool WantsStream { get; private set; }

    /// <summary>The request read last wants a stream that is cut: its path begins with <c>/cut/</c>.</summary>
    public bool WantsCut { get; private set; }

    /// <summary>The client will close after this exchange.</summary>
    public bool MustClose => _head.Close;

    /// <summary>Reads on and moves <paramref name="data"/> past what belongs to this request.</summary>
    public Progress Feed(ref ReadOnlySpan<byte> data)
    {
        if (!_inBody)
        {
            Progress head = ReadHead(ref data);
            if (head != Progress.Complete)
            {
                return head;
            }

            _inBody = true;
            _left = Math.Max(0, _head.ContentLength);
        }

        Progress body = _head.Chunked ? ReadChunks(ref data) : ReadCounted(ref data);
        _inBody = body == Progress.NeedMore;
        return body;
    }

    private Progress ReadHead(ref ReadOnlySpan<byte> data)
    {
        if (_partialLength == 0)
        {
            WantsStream = false;
            _tail = 0;
            _chunks = default;
        }

        ReadOnlySpan<byte> bytes = data;
        if (_partialLength > 0)
        {
            bytes = Join(data);
        }

        int end = MessageHead.EndOf(bytes);
        if (end < 0)
        {
            if (bytes.Length > MaxHead)
            {
                return Progress.Malformed;
            }

            if (_partialLength == 0)
            {
                Join(data);
            }

            _partialLength = bytes.Length;
            data = default;
            return Progress.NeedMore;
        }

        data = data[(end - _partialLength)..];
        _partialLength = 0;
        ReadOnlySpan<byte> head = bytes[..end];
        int line = head.IndexOf("\r\n"u8);
        WantsCut = head.IndexOf(" /cut/"u8) is >= 0 and var path && path < line;
        return MessageHead.TryRead(head[(line + 2)..], out _head) ? Progress.Complete : Progress.Malformed;
    }

    private ReadOnlySpan<byte> Join(ReadOnlySpan<byte> data)
    {
        _partialHead ??= new byte[MaxHead * 2];
        int room = Math.Min(data.Length, _partialHead.Length - _partialLength);
        data[..room].CopyTo(_partialHead.AsSpan(_partialLength));
        return _partialHead.AsSpan(0, _partialLength + room);
    }

    private Progress ReadCounted(ref ReadOnlySpan<byte> data)
    {
        int take = (int)Math.Min(_left, data.Length);
        Look(data[..take]);
        data = data[take..];
        _left -= take;
        return _left == 0 ? Progress.Complete : Progress.NeedMore;
    }

    private Progress ReadChunks(ref ReadOnlySpan<byte> data)
    {
        while (true)
        {
            switch (_chunks.Next(ref data, out ReadOnlySpan<byte> payload))
            {
                case ChunkStep.Payload:
                    Look(payload);
                    break;
                case ChunkStep.End:
                    return Progress.Complete;
                case ChunkStep.Malformed:
                    return Progress.Malformed;
                default:
                    return Progress.NeedMore;
            }
        }
    }

    private void Look(ReadOnlySpan<byte> body)
    {
        if (WantsStream || body.IsEmpty)
        {
            return;
        }

        if (_tail > 0)
        {
            int more = Math.Min(Overlap, body.Length);
            body[..more].CopyTo(_seam.AsSpan(_tail));
            WantsStream = Asks(_seam.AsSpan(0, _tail + more));
        }

        WantsStream |= Asks(body);
        if (body.Length >= Overlap)
        {
            body[^Overlap..].CopyTo(_seam);
            _tail = Overlap;
        }
        else
        {
            // Short pieces add up to a tail of the last bytes of all of them.
            int keep = Math.Min(_tail, Overlap - body.Length);
            _seam.AsSpan(_tail - keep, keep).CopyTo(_seam);
            body.CopyTo(_seam.AsSpan(keep));
            _tail = keep + body.Length;
        }
    }

    private static bool Asks(ReadOnlySpan<byte> json)
    {
        ReadOnlySpan<byte> key = "\"stream\""u8;
        for (int at = json.IndexOf(key); at >= 0; at = json.IndexOf(key))
        {
            json = json[(at + key.Length)..];
            ReadOnlySpan<byte> rest = json.TrimStart(" \t\r\n"u8);
            if (!rest.IsEmpty && rest[0] == ':' && rest[1..].TrimStart(" \t\r\n"u8).StartsWith("true"u8))
            {
                return true;
            }
        }

        return false;
    }
}
