using System.Buffers;
using System.Buffers.Text;
using FastGate.Protocol.Json;
using FastGate.Protocol.Sse;
using FastGate.Proxy.Streams;

namespace FastGate.Proxy.Continuation;

/// <summary>
/// Stands between the Responses stream of a provider that goes on with an answer and the client that has its beginning: what the client has is
/// left out, the message goes on under the id and at the place the client knows, and everything behind it is numbered on.
/// </summary>
/// <remarks>
/// Lives for one continuation; off the hot path. Annotations of the message's text are left out: their places are counted in a text that the
/// client does not have.
/// </remarks>
internal sealed class ContinuedResponse : IStreamSink
{
    private readonly DeliveredAnswer _text;
    private readonly DeliveredResponse _delivered;
    private readonly IEventWriter _client;
    private readonly ContinuedLeaves _leaves;
    private readonly ArrayBufferWriter<byte> _new = new();
    private readonly ArrayBufferWriter<byte> _before = new();
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly ArrayBufferWriter<byte> _data = new();
    private readonly ArrayBufferWriter<byte> _event = new();
    private readonly byte[] _messageId;
    private readonly long _place;
    private long _theirs = -1;
    private byte[] _whole = [];
    private Closed _closed;
    private bool _refused;

    /// <summary>Makes one.</summary>
    /// <param name="matcher">Knows where the new text begins.</param>
    /// <param name="text">The text that the client has; grows with what it is sent.</param>
    /// <param name="delivered">What else it has.</param>
    /// <param name="client">Takes the events.</param>
    /// <param name="exact">Whether the answer must repeat what was delivered.</param>
    internal ContinuedResponse(AnswerMatcher matcher, DeliveredAnswer text, DeliveredResponse delivered, IEventWriter client, bool exact)
    {
        _leaves = new ContinuedLeaves(matcher, text, exact, _new, _before);
        _text = text;
        _delivered = delivered;
        _client = client;
        _output.Write(delivered.Done);
        _messageId = delivered.MessageId.ToArray();

        // Where the client's message stands, or else the first item that it has not seen.
        HasMessage = delivered.MessageIndex >= 0;
        _place = HasMessage ? delivered.MessageIndex : delivered.Items;
    }

    // How far the end of the message has been told, in the order in which that is done.
    private enum Closed : byte
    {
        Nothing,
        Text,
        Part,
        Item,
    }

    /// <inheritdoc/>
    public bool IsRefused => _refused || _leaves.IsRefused;

    private bool HasMessage { get; }

    /// <inheritdoc/>
    public void OnEvent(in SseEvent item, in StreamProgress progress)
    {
        if (IsRefused)
        {
            return;
        }

        var parts = new ResponseParts(item.Data);
        if (parts.Is("response.completed"u8) || parts.Is("response.incomplete"u8))
        {
            End(item.Data, parts);
        }
        else if (parts.OutputIndex < 0)
        {
            // That the response was created, is queued, is in progress: the client knows.
        }
        else if (!HasMessage)
        {
            Pass(item.Data, parts, parts.OutputIndex + _place);
        }
        else if (_theirs < 0)
        {
            FindMessage(parts);
        }
        else if (parts.OutputIndex > _theirs)
        {
            // An item behind the message, which is over then whether that was said or not.
            if (Close(Closed.Item, "completed"u8))
            {
                Pass(item.Data, parts, parts.OutputIndex - _theirs + _place);
            }
        }
        else if (parts.OutputIndex == _theirs)
        {
            OnMessage(parts);
        }
    }

    /// <inheritdoc/>
    public void OnComment(in SseEvent item) => _client.WriteComment(item.Raw);

    // Reasoning before the message is left out: the client has had some. Anything else there is not how the delivered answer went.
    private void FindMessage(in ResponseParts parts)
    {
        if (parts.Is("response.output_item.added"u8))
        {
            if (parts.ItemType.SequenceEqual("message"u8))
            {
                _theirs = parts.OutputIndex;
            }
            else
            {
                _refused |= !parts.ItemType.SequenceEqual("reasoning"u8);
            }
        }
    }

    private void OnMessage(in ResponseParts parts)
    {
        if (parts.Is("response.output_text.delta"u8) && parts.ContentIndex <= 0)
        {
            _text.NoteContinued(!parts.Delta.IsEmpty);
            _new.ResetWrittenCount();
            _leaves.OnLeaf(Leaf.Text, parts.Delta);
            WriteDelta(_new.WrittenSpan);
        }
        else if (parts.ContentIndex > 0 || parts.Is("response.refusal.delta"u8))
        {
            // A message in several parts, or one that ends in a refusal: the client has one that is text.
            _refused = true;
        }
        else if (parts.Is("response.output_text.done"u8))
        {
            Close(Closed.Text, default);
        }
        else if (parts.Is("response.content_part.done"u8))
        {
            Close(Closed.Part, default);
        }
        else if (parts.Is("response.output_item.done"u8))
        {
            Close(Closed.Item, parts.ItemStatus.IsEmpty ? "completed"u8 : parts.ItemStatus);
        }
    }

    // Tells the end of the message as far as that, with the whole text wherever the grammar has it.
    private bool Close(Closed closed, ReadOnlySpan<byte> status)
    {
        if (_closed < Closed.Text && !EndText())
        {
            return false;
        }

        if (_closed < Closed.Part && closed >= Closed.Part)
        {
            _closed = Closed.Part;
            Begin("response.content_part.done"u8);
            WritePlace();
            _data.Write(",\"part\":"u8);
            WritePart(_data);
            SendOwn("response.content_part.done"u8);
        }

        if (_closed < Closed.Item && closed >= Closed.Item)
        {
            _closed = Closed.Item;
            int start = _output.WrittenCount;
            WriteItem(status);
            Begin("response.output_item.done"u8);
            WriteNumber(",\"output_index\":"u8, _place);
            _data.Write(",\"item\":"u8);
            _data.Write(_output.WrittenSpan[start..]);
            _output.Write(","u8);
            SendOwn("response.output_item.done"u8);
        }

        return true;
    }

    private bool EndText()
    {
        _before.ResetWrittenCount();
        if (!_leaves.TryEndText() || _text.IsLost)
        {
            // Of a text longer than is kept, the whole cannot be told.
            _refused = true;
            return false;
        }

        WriteDelta(_before.WrittenSpan);
        var whole = new ArrayBufferWriter<byte>();
        LeafText.Encode(_text.ToArray(), whole);
        _whole = whole.WrittenSpan.ToArray();
        _closed = Closed.Text;
        Begin("response.output_text.done"u8);
        WritePlace();
        _data.Write(",\"text\":\""u8);
        _data.Write(_whole);
        _data.Write("\",\"logprobs\":[]"u8);
        SendOwn("response.output_text.done"u8);

        // A message that is over cannot be gone on with.
        _text.Lose();
        return true;
    }

    private void WriteDelta(ReadOnlySpan<byte> delta)
    {
        if (delta.IsEmpty || IsRefused)
        {
            return;
        }

        Begin("response.output_text.delta"u8);
        WritePlace();
        _data.Write(",\"delta\":\""u8);
        _data.Write(delta);
        _data.Write("\",\"logprobs\":[]"u8);
        SendOwn("response.output_text.delta"u8);
    }

    private void WriteItem(ReadOnlySpan<byte> status)
    {
        _output.Write("{\"id\":\""u8);
        _output.Write(_messageId);
        _output.Write("\",\"type\":\"message\",\"status\":\""u8);
        _output.Write(status);
        _output.Write("\",\"content\":["u8);
        WritePart(_output);
        _output.Write("],\"role\":\"assistant\"}"u8);
    }

    private void WritePart(ArrayBufferWriter<byte> target)
    {
        target.Write("{\"type\":\"output_text\",\"annotations\":[],\"logprobs\":[],\"text\":\""u8);
        target.Write(_whole);
        target.Write("\"}"u8);
    }

    private void WritePlace()
    {
        _data.Write(",\"item_id\":\""u8);
        _data.Write(_messageId);
        _data.Write("\""u8);
        WriteNumber(",\"output_index\":"u8, _place);
        _data.Write(",\"content_index\":0"u8);
    }

    private void End(ReadOnlySpan<byte> data, in ResponseParts parts)
    {
        bool incomplete = parts.Is("response.incomplete"u8);
        if (HasMessage && (_theirs < 0 || !Close(Closed.Item, incomplete ? "incomplete"u8 : "completed"u8)))
        {
            // It has no message at all: another answer.
            _refused = true;
            return;
        }

        Rewrite(data, -1);
        Send(parts.Type);
    }

    // An event of an item that is this provider's own.
    private void Pass(ReadOnlySpan<byte> data, in ResponseParts parts, long outputIndex)
    {
        if (parts.Is("response.output_item.done"u8))
        {
            _output.Write(parts.Item);
            _output.Write(","u8);
        }

        Rewrite(data, outputIndex);
        Send(parts.Type);
        _delivered.Note(_data.WrittenSpan, keeps: true);
    }

    // The event as it came, but numbered on, at its place, and with the response as the client knows it.
    private void Rewrite(ReadOnlySpan<byte> data, long outputIndex)
    {
        _data.ResetWrittenCount();
        _data.Write("{"u8);
        var cursor = new JsonCursor(data);
        cursor.TryEnterObject();
        bool first = true;
        while (cursor.NextProperty())
        {
            JsonString name = cursor.Name;
            WriteName(name, ref first);
            if (name.Is("sequence_number"u8))
            {
                Replace(ref cursor, _delivered.Next);
            }
            else if (name.Is("output_index"u8))
            {
                Replace(ref cursor, outputIndex);
            }
            else if (name.Is("response"u8) && cursor.TryEnterObject())
            {
                RewriteResponse(ref cursor, data);
            }
            else
            {
                Copy(ref cursor, data);
            }
        }

        _data.Write("}"u8);
    }

    private void RewriteResponse(ref JsonCursor cursor, ReadOnlySpan<byte> data)
    {
        _data.Write("{"u8);
        bool first = true;
        while (cursor.NextProperty())
        {
            JsonString name = cursor.Name;
            WriteName(name, ref first);
            if (name.Is("id"u8) && !_delivered.Id.IsEmpty)
            {
                cursor.SkipValue();
                _data.Write("\""u8);
                _data.Write(_delivered.Id);
                _data.Write("\""u8);
            }
            else if (name.Is("created_at"u8) && !_delivered.CreatedAt.IsEmpty)
            {
                cursor.SkipValue();
                _data.Write(_delivered.CreatedAt);
            }
            else if (name.Is("output"u8))
            {
                cursor.SkipValue();
                _data.Write("["u8);
                _data.Write(_output.WrittenSpan.TrimEnd((byte)','));
                _data.Write("]"u8);
            }
            else if (name.Is("usage"u8) && cursor.TryEnterObject())
            {
                RewriteUsage(ref cursor, data);
            }
            else
            {
                Copy(ref cursor, data);
            }
        }

        _data.Write("}"u8);
    }

    // What the providers before this one used belongs to the answer.
    private void RewriteUsage(ref JsonCursor cursor, ReadOnlySpan<byte> data)
    {
        _data.Write("{"u8);
        bool first = true;
        while (cursor.NextProperty())
        {
            JsonString name = cursor.Name;
            WriteName(name, ref first);
            long more = name.Is("input_tokens"u8) ? _text.PromptTokens
                : name.Is("output_tokens"u8) ? _text.CompletionTokens
                : name.Is("total_tokens"u8) ? _text.PromptTokens + _text.CompletionTokens
                : 0;
            if (more > 0 && cursor.TryReadInt64(out long value))
            {
                WriteNumber(default, value + more);
            }
            else
            {
                Copy(ref cursor, data);
            }
        }

        _data.Write("}"u8);
    }

    // An event of the gateway's own.
    private void Begin(ReadOnlySpan<byte> type)
    {
        _data.ResetWrittenCount();
        _data.Write("{\"type\":\""u8);
        _data.Write(type);
        WriteNumber("\",\"sequence_number\":"u8, _delivered.Next);
    }

    private void SendOwn(ReadOnlySpan<byte> type)
    {
        _data.Write("}"u8);
        Send(type);
        _delivered.NoteOwn();
    }

    private void Send(ReadOnlySpan<byte> type)
    {
        _event.ResetWrittenCount();
        SseWriter.WriteEvent(_event, _data.WrittenSpan, type);
        _client.WriteEvent(_event.WrittenSpan);
    }

    private void WriteName(JsonString name, ref bool first)
    {
        _data.Write(first ? "\""u8 : ",\""u8);
        first = false;
        _data.Write(name.Raw);
        _data.Write("\":"u8);
    }

    private void WriteNumber(ReadOnlySpan<byte> name, long number)
    {
        _data.Write(name);
        Utf8Formatter.TryFormat(number, _data.GetSpan(20), out int written);
        _data.Advance(written);
    }

    private void Replace(ref JsonCursor cursor, long number)
    {
        cursor.SkipValue();
        WriteNumber(default, number);
    }

    private void Copy(ref JsonCursor cursor, ReadOnlySpan<byte> data)
    {
        cursor.Peek();
        int start = cursor.Position;
        cursor.SkipValue();
        _data.Write(data[start..cursor.Position]);
    }
}
