using System.Buffers;

namespace FastGate.Proxy.Continuation;

/// <summary>
/// What a client has been sent of a Responses stream beside its text: how the response is called, which items it has, and how far its events
/// are numbered. The text is in the <see cref="DeliveredAnswer"/>.
/// </summary>
/// <remarks>
/// An answer can be continued while its one message is being written, as text without annotations, after reasoning at most. Anything else a
/// client may already have acted on, or could not be joined to what another provider writes: then the log is lost.
/// </remarks>
internal sealed class DeliveredResponse(DeliveredAnswer text)
{
    // Providers' ids are some 60 characters; proxies that encode things into them come to hundreds.
    private const int LongestId = 2048;

    // Octets of items that are done: encrypted reasoning may be long.
    private const int MostDone = 256 * 1024;

    private readonly ArrayBufferWriter<byte> _names = new(256);
    private ArrayBufferWriter<byte>? _done;
    private Range _id;
    private Range _created;
    private Range _message;
    private bool _reasoning;

    /// <summary>The number of the next event.</summary>
    internal long Next { get; private set; }

    /// <summary>The inside of the response's <c>id</c>; empty when it is not known.</summary>
    internal ReadOnlySpan<byte> Id => _names.WrittenSpan[_id];

    /// <summary>The response's <c>created_at</c>; empty when it is not known.</summary>
    internal ReadOnlySpan<byte> CreatedAt => _names.WrittenSpan[_created];

    /// <summary>The inside of the <c>id</c> of the message that is being written.</summary>
    internal ReadOnlySpan<byte> MessageId => _names.WrittenSpan[_message];

    /// <summary>The message's <c>output_index</c>; -1 when none has been begun.</summary>
    internal long MessageIndex { get; private set; } = -1;

    /// <summary>Items that were begun.</summary>
    internal long Items { get; private set; }

    /// <summary>The items that are done, as they stand in <c>output</c>, each with a comma behind it.</summary>
    internal ReadOnlySpan<byte> Done => _done is null ? default : _done.WrittenSpan;

    /// <summary>Whether another provider can be asked to go on: nothing but the message is half done.</summary>
    internal bool CanGoOn => !text.IsLost && !_reasoning;

    /// <summary>Forgets everything, ready for another response.</summary>
    internal void Clear()
    {
        _names.ResetWrittenCount();
        _done = null;
        _id = _created = _message = default;
        _reasoning = false;
        Next = 0;
        MessageIndex = -1;
        Items = 0;
    }

    /// <summary>Notes an event that the client was sent.</summary>
    /// <param name="data">Its data.</param>
    /// <param name="keeps">Whether the answer is kept for a continuation; else only what an error event needs is noted, once.</param>
    internal void Note(ReadOnlySpan<byte> data, bool keeps)
    {
        if (!keeps && Next > 0)
        {
            Next++;
            return;
        }

        var parts = new ResponseParts(data);
        Next = parts.Sequence >= 0 ? parts.Sequence + 1 : Next + 1;
        if (Id.IsEmpty && !parts.ResponseId.IsEmpty)
        {
            Keep(parts.ResponseId, ref _id);
            Keep(parts.CreatedAt, ref _created);
        }

        if (keeps && !text.IsLost)
        {
            NoteParts(parts);
        }
    }

    /// <summary>Notes an event of the gateway's own, of whose content the text knows already.</summary>
    internal void NoteOwn() => Next++;

    private void NoteParts(in ResponseParts parts)
    {
        if (parts.Is("response.output_text.delta"u8))
        {
            NoteText(parts);
        }
        else if (parts.Is("response.output_item.added"u8))
        {
            Begin(parts);
        }
        else if (parts.Is("response.output_item.done"u8) && _reasoning)
        {
            _reasoning = false;
            LoseUnless(Done.Length + parts.Item.Length <= MostDone);
            _done ??= new ArrayBufferWriter<byte>();
            _done.Write(parts.Item);
            _done.Write(","u8);
        }
        else if (parts.Is("response.content_part.added"u8))
        {
            LoseUnless(MessageIndex >= 0 ? parts.ContentIndex == 0 && parts.PartType.SequenceEqual("output_text"u8) : _reasoning);
        }
        else
        {
            // Events of the response itself belong to no item; of an item, only those of reasoning may pass.
            LoseUnless(parts.OutputIndex < 0 || _reasoning);
        }
    }

    private void NoteText(in ResponseParts parts)
    {
        LoseUnless(MessageIndex >= 0 && parts.OutputIndex == MessageIndex && parts.ContentIndex <= 0);
        text.NoteContinued(!parts.Delta.IsEmpty);
        text.OnLeaf(Leaf.Text, parts.Delta);
    }

    private void Begin(in ResponseParts parts)
    {
        Items++;
        bool message = parts.ItemType.SequenceEqual("message"u8);
        bool reasoning = parts.ItemType.SequenceEqual("reasoning"u8);
        LoseUnless((message || reasoning) && MessageIndex < 0 && !_reasoning);
        _reasoning = reasoning;
        if (message && !text.IsLost)
        {
            MessageIndex = parts.OutputIndex;
            LoseUnless(MessageIndex >= 0);
            Keep(parts.ItemId, ref _message);
        }
    }

    private void LoseUnless(bool joinable)
    {
        if (!joinable)
        {
            text.Lose();
        }
    }

    private void Keep(ReadOnlySpan<byte> name, ref Range range)
    {
        if (name.Length > LongestId)
        {
            text.Lose();
            return;
        }

        int start = _names.WrittenCount;
        _names.Write(name);
        range = start.._names.WrittenCount;
    }
}
