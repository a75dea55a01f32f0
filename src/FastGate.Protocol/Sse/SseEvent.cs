namespace FastGate.Protocol.Sse;

/// <summary>
/// One block of an event stream (WHATWG HTML §9.2.5): its octets and the fields found in it.
/// Valid until the enumerator that produced it moves on, because it points into the input or the reader's buffer.
/// </summary>
public readonly ref struct SseEvent
{
    private readonly int _typeStart;
    private readonly int _typeLength;
    private readonly int _idStart;
    private readonly int _idLength;

    internal SseEvent(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> data, in SseFields fields)
    {
        Raw = raw;
        Data = data;
        _typeStart = fields.TypeStart;
        _typeLength = fields.TypeLength;
        _idStart = fields.IdStart;
        _idLength = fields.IdLength;
        HasData = fields.DataLines != 0;
        IsCommentOnly = fields.CommentLines != 0 && fields.FieldLines == 0;
        Retry = fields.Retry;
    }

    /// <summary>
    /// The block as it came, from its first octet to the end of the blank line that closes it. A byte order mark and blank lines before
    /// the block are not part of it; nor is the LF of a final CRLF when that LF had not arrived yet (the block is complete without it).
    /// </summary>
    public ReadOnlySpan<byte> Raw { get; }

    /// <summary>The values of the <c>data</c> lines joined by LF, without a trailing LF. In place when there is one line.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Whether there was a <c>data</c> line, even an empty one: only such blocks are events to a browser (§9.2.6).</summary>
    public bool HasData { get; }

    /// <summary>The value of the last <c>event</c> line; empty means <c>message</c>.</summary>
    public ReadOnlySpan<byte> EventType => Raw.Slice(_typeStart, _typeLength);

    /// <summary>The value of the last <c>id</c> line without NUL; see <see cref="HasId"/>.</summary>
    public ReadOnlySpan<byte> Id => _idLength < 0 ? default : Raw.Slice(_idStart, _idLength);

    /// <summary>Whether an <c>id</c> line was found. An empty id is an id: it resets the last event id.</summary>
    public bool HasId => _idLength >= 0;

    /// <summary>The <c>retry</c> value in milliseconds, saturated at <see cref="int.MaxValue"/>; -1 when absent or not all digits.</summary>
    public int Retry { get; }

    /// <summary>Whether the block holds comments and nothing else: a keep-alive.</summary>
    public bool IsCommentOnly { get; }
}
