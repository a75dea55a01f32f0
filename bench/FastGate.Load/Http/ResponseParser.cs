using System.Buffers.Text;

namespace FastGate.Load.Http;

/// <summary>Where a message stands after more of it was read.</summary>
internal enum Progress
{
    NeedMore,
    Complete,
    Malformed,
}

/// <summary>
/// Reads one HTTP/1.1 response after another from pieces of any size, without allocating: status, whether the
/// connection may be kept, and the body's length; a stream's body goes to an <see cref="SseScanner"/> as it passes.
/// </summary>
internal sealed class ResponseParser
{
    private const int MaxHead = 32 * 1024;

    private byte[]? _partialHead;
    private int _partialLength;
    private ChunkedDecoder _chunks;
    private MessageHead _head;
    private Stage _stage;
    private long _left;

    private enum Stage
    {
        Head,
        Counted,
        Chunked,
        UntilClose,
        Complete,
        Malformed,
    }

    /// <summary>The status code; 0 until the head is complete.</summary>
    public int Status { get; private set; }

    /// <summary>Bytes of body so far, framing not counted.</summary>
    public long BodyBytes { get; private set; }

    /// <summary>The connection cannot carry another request.</summary>
    public bool MustClose { get; private set; }

    /// <summary>Nothing of the response has arrived.</summary>
    public bool IsUntouched => _stage == Stage.Head && _partialLength == 0;

    /// <summary>Gets ready for the next response.</summary>
    public void Reset()
    {
        _stage = Stage.Head;
        _partialLength = 0;
        Status = 0;
        BodyBytes = 0;
        MustClose = false;
    }

    /// <summary>Reads on. Bytes beyond the end of the response are malformed: nothing was asked for that they could answer.</summary>
    public Progress Feed(ReadOnlySpan<byte> data, SseScanner? events, long now)
    {
        while (!data.IsEmpty)
        {
            switch (_stage)
            {
                case Stage.Head:
                    if (!ReadHead(ref data))
                    {
                        return Progress.NeedMore;
                    }

                    break;
                case Stage.Counted:
                    int take = (int)Math.Min(_left, data.Length);
                    Body(data[..take], events, now);
                    data = data[take..];
                    _left -= take;
                    _stage = _left == 0 ? Stage.Complete : Stage.Counted;
                    break;
                case Stage.UntilClose:
                    Body(data, events, now);
                    return Progress.NeedMore;
                case Stage.Chunked:
                    switch (_chunks.Next(ref data, out ReadOnlySpan<byte> payload))
                    {
                        case ChunkStep.Payload:
                            Body(payload, events, now);
                            break;
                        case ChunkStep.End:
                            _stage = Stage.Complete;
                            break;
                        case ChunkStep.Malformed:
                            _stage = Stage.Malformed;
                            break;
                        default:
                            return Progress.NeedMore;
                    }

                    break;
                case Stage.Complete:
                    _stage = Stage.Malformed;
                    break;
                default:
                    return Progress.Malformed;
            }
        }

        return _stage switch
        {
            Stage.Complete => Progress.Complete,
            Stage.Malformed => Progress.Malformed,
            _ => Progress.NeedMore,
        };
    }

    /// <summary>The peer closed. True when that is a proper end: a body without length or chunks lasts until then (RFC 9112 §6.3).</summary>
    public bool EndsWithConnection() => _stage == Stage.UntilClose;

    private void Body(ReadOnlySpan<byte> bytes, SseScanner? events, long now)
    {
        BodyBytes += bytes.Length;
        events?.Feed(bytes, now);
    }

    private bool ReadHead(ref ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> head = data;
        if (_partialLength > 0)
        {
            head = Join(data);
        }

        int end = MessageHead.EndOf(head);
        if (end < 0)
        {
            if (head.Length > MaxHead)
            {
                _stage = Stage.Malformed;
                return true;
            }

            if (_partialLength == 0)
            {
                Join(data);
            }

            _partialLength = head.Length;
            return false;
        }

        data = data[(end - _partialLength)..];
        _partialLength = 0;
        Begin(head[..end]);

        // A response that ends with its head must not wait for bytes that never come.
        return true;
    }

    private ReadOnlySpan<byte> Join(ReadOnlySpan<byte> data)
    {
        _partialHead ??= new byte[MaxHead * 2];
        int room = Math.Min(data.Length, _partialHead.Length - _partialLength);
        data[..room].CopyTo(_partialHead.AsSpan(_partialLength));
        return _partialHead.AsSpan(0, _partialLength + room);
    }

    private void Begin(ReadOnlySpan<byte> head)
    {
        _stage = Stage.Malformed;
        int line = head.IndexOf("\r\n"u8);
        ReadOnlySpan<byte> start = head[..line];
        if (start.Length < 12
            || !start.StartsWith("HTTP/1."u8)
            || !Utf8Parser.TryParse(start.Slice(9, 3), out int status, out int used)
            || used != 3
            || !MessageHead.TryRead(head[(line + 2)..], out _head))
        {
            return;
        }

        if (status < 200)
        {
            // An interim response (100, 103): the real one follows.
            _stage = Stage.Head;
            return;
        }

        Status = status;
        MustClose = _head.Close || start[7] == '0';
        if (status is 204 or 304 || _head.ContentLength == 0)
        {
            _stage = Stage.Complete;
        }
        else if (_head.Chunked)
        {
            _chunks = default;
            _stage = Stage.Chunked;
        }
        else if (_head.ContentLength > 0)
        {
            _left = _head.ContentLength;
            _stage = Stage.Counted;
        }
        else
        {
            MustClose = true;
            _stage = Stage.UntilClose;
        }
    }
}
