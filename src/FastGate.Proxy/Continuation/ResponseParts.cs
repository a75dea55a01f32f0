using FastGate.Protocol.Json;

namespace FastGate.Proxy.Continuation;

/// <summary>
/// What an event of a Responses stream (https://platform.openai.com/docs/api-reference/responses-streaming) says of the place it belongs to.
/// Everything points into the event's data, which has been found valid; what is not there is empty or -1.
/// </summary>
internal ref struct ResponseParts
{
    private JsonCursor _cursor;

    /// <summary><c>type</c>.</summary>
    internal ReadOnlySpan<byte> Type { get; private set; }

    /// <summary><c>sequence_number</c>.</summary>
    internal long Sequence { get; private set; } = -1;

    /// <summary><c>output_index</c>: which item of the response.</summary>
    internal long OutputIndex { get; private set; } = -1;

    /// <summary><c>content_index</c>: which part of the item.</summary>
    internal long ContentIndex { get; private set; } = -1;

    /// <summary>The inside of <c>delta</c>, where that is a string.</summary>
    internal ReadOnlySpan<byte> Delta { get; private set; }

    /// <summary><c>item</c> as it stands.</summary>
    internal ReadOnlySpan<byte> Item { get; private set; }

    /// <summary><c>item.type</c>.</summary>
    internal ReadOnlySpan<byte> ItemType { get; private set; }

    /// <summary>The inside of <c>item.id</c>.</summary>
    internal ReadOnlySpan<byte> ItemId { get; private set; }

    /// <summary>The inside of <c>item.status</c>.</summary>
    internal ReadOnlySpan<byte> ItemStatus { get; private set; }

    /// <summary><c>part.type</c>.</summary>
    internal ReadOnlySpan<byte> PartType { get; private set; }

    /// <summary>The inside of <c>response.id</c>.</summary>
    internal ReadOnlySpan<byte> ResponseId { get; private set; }

    /// <summary><c>response.created_at</c> as it stands.</summary>
    internal ReadOnlySpan<byte> CreatedAt { get; private set; }

    /// <summary>Reads the data of an event.</summary>
    internal ResponseParts(ReadOnlySpan<byte> data)
    {
        _cursor = new JsonCursor(data);
        _cursor.TryEnterObject();
        while (_cursor.NextProperty())
        {
            JsonString name = _cursor.Name;
            if (name.Is("type"u8))
            {
                Type = Text();
            }
            else if (name.Is("sequence_number"u8))
            {
                Sequence = Number();
            }
            else if (name.Is("output_index"u8))
            {
                OutputIndex = Number();
            }
            else if (name.Is("content_index"u8))
            {
                ContentIndex = Number();
            }
            else if (name.Is("delta"u8))
            {
                Delta = Text();
            }
            else if (name.Is("item"u8))
            {
                _cursor.Peek();
                int start = _cursor.Position;
                ReadItem();
                Item = data[start.._cursor.Position];
            }
            else if (name.Is("part"u8) && _cursor.TryEnterObject())
            {
                ReadPart();
            }
            else if (name.Is("response"u8) && _cursor.TryEnterObject())
            {
                ReadResponse();
            }
            else
            {
                _cursor.SkipValue();
            }
        }
    }

    /// <summary>Whether the event is of that type.</summary>
    internal readonly bool Is(ReadOnlySpan<byte> type) => Type.SequenceEqual(type);

    private void ReadItem()
    {
        if (!_cursor.TryEnterObject())
        {
            _cursor.SkipValue();
            return;
        }

        while (_cursor.NextProperty())
        {
            JsonString name = _cursor.Name;
            if (name.Is("type"u8))
            {
                ItemType = Text();
            }
            else if (name.Is("id"u8))
            {
                ItemId = Text();
            }
            else if (name.Is("status"u8))
            {
                ItemStatus = Text();
            }
            else
            {
                _cursor.SkipValue();
            }
        }
    }

    private void ReadPart()
    {
        while (_cursor.NextProperty())
        {
            if (_cursor.Name.Is("type"u8))
            {
                PartType = Text();
            }
            else
            {
                _cursor.SkipValue();
            }
        }
    }

    private void ReadResponse()
    {
        while (_cursor.NextProperty())
        {
            JsonString name = _cursor.Name;
            if (name.Is("id"u8))
            {
                ResponseId = Text();
            }
            else if (name.Is("created_at"u8) && _cursor.TryReadNumber(out ReadOnlySpan<byte> created))
            {
                CreatedAt = created;
            }
            else
            {
                _cursor.SkipValue();
            }
        }
    }

    private ReadOnlySpan<byte> Text()
    {
        if (_cursor.TryReadString(out JsonString text))
        {
            return text.Raw;
        }

        _cursor.SkipValue();
        return default;
    }

    private long Number()
    {
        if (_cursor.TryReadInt64(out long number))
        {
            return number;
        }

        _cursor.SkipValue();
        return -1;
    }
}
