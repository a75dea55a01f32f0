using System.Buffers;
using System.Buffers.Binary;
using FastGate.Protocol.Json;
using FastGate.Providers.OpenAi;
using FastGate.Proxy.Connections;

namespace FastGate.Proxy.Continuation;

/// <summary>
/// What a client has been sent of an answer: its text, and what else must be known to go on with it on another provider. Healthy streams
/// pay for it with one copy of their text.
/// </summary>
/// <remarks>
/// Strings other than the first choice's text (tool calls, refusals, further choices) are kept in the same log, each behind a mark that
/// says which string it is; no mark can occur in text. Such an answer can only be continued by one that says the same octet for octet. Of
/// a tool call's id only the mark is kept: every provider makes up its own.
/// </remarks>
internal sealed class DeliveredAnswer : ILeafVisitor, IChunkIdentity
{
    /// <summary>Octets kept of an answer; a longer one cannot be continued.</summary>
    internal const int Most = 1024 * 1024;

    internal const int MarkLength = 10;

    private const int LongestId = 128;
    private const int LongestCreated = 20;
    private const int UsualIdentity = 64;

    // No octet of UTF-8.
    private const byte MarkStart = 0xFF;

    private readonly BodyBuffer _log = new(firstSegmentSize: 256);

    // The id as a JSON string, and behind it when the answer was created.
    private byte[] _identity = [];
    private int _idLength;
    private int _createdLength;
    private bool _identified;
    private Leaf _leaf;
    private char _pending;
    private int _events;

    /// <summary>Whether the log is not all of it: audio, content in parts, or more text than is kept.</summary>
    internal bool IsLost { get; private set; }

    /// <summary>Whether there is more than the first choice's text.</summary>
    internal bool IsStrict { get; private set; }

    /// <summary>Octets in the log.</summary>
    internal long Length => _log.Length;

    /// <summary>The first half of a surrogate pair that the text ends with; 0 for none. It is not in the log.</summary>
    internal char Pending => _pending;

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Id => _identity.AsSpan(0, _idLength);

    /// <inheritdoc/>
    public ReadOnlySpan<byte> Created => _identity.AsSpan(_idLength, _createdLength);

    /// <inheritdoc/>
    public long PromptTokens { get; private set; }

    /// <inheritdoc/>
    public long CompletionTokens { get; private set; }

    /// <summary>Forgets everything, ready for another answer.</summary>
    internal void Clear()
    {
        _log.Clear();
        _idLength = _createdLength = 0;
        _identified = false;
        _leaf = Leaf.Text;
        _pending = '\0';
        IsLost = IsStrict = false;
        PromptTokens = CompletionTokens = 0;
        _events = 0;
    }

    /// <summary>The log as one piece.</summary>
    internal byte[] ToArray() => _log.Octets.ToArray();

    /// <summary>Notes a chunk that the client was sent as it came.</summary>
    internal void Note(ReadOnlySpan<byte> data, in ChatChunk chunk)
    {
        if (!_identified)
        {
            Identify(data, chunk);
        }

        if (chunk.IsFirstToken || chunk.HasFinish)
        {
            // Nearly always: text of the only choice, without escapes. Reasoning is not part of the answer.
            ChatChunkFlags bears = chunk.Flags & (ChatChunkFlags.AnyContent | ChatChunkFlags.Finish);
            bool plain = bears == ChatChunkFlags.Content && chunk.Choices == 1 && chunk.MaxChoiceIndex == 0 && !chunk.Content.IsEmpty;
            _events += chunk.IsFirstToken ? 1 : 0;
            if (plain && !chunk.Content.NeedsUnescape && _pending == 0 && _leaf == Leaf.Text)
            {
                Append(chunk.Content.Of(data));
            }
            else if (plain)
            {
                OnLeaf(Leaf.Text, chunk.Content.Of(data));
            }
            else if (bears != ChatChunkFlags.Reasoning)
            {
                new ChunkWalk(data, this, output: null, identity: null).Run();
            }
        }
    }

    /// <summary>Notes an event of which the client may be sent nothing or a part, for what the answer costs.</summary>
    /// <param name="bearsContent">Whether it bears content.</param>
    internal void NoteContinued(bool bearsContent) => _events += bearsContent ? 1 : 0;

    /// <summary>
    /// The attempt that was answering has broken off: what it used is added to what the answer costs. A provider that did not come to say
    /// it is taken to have used a token for each event, and for the prompt what the gateway estimates.
    /// </summary>
    internal void EndAttempt(in TokenUsage reported, long promptEstimate)
    {
        if (_events > 0 || reported != TokenUsage.Unknown)
        {
            PromptTokens += reported.PromptTokens >= 0 ? reported.PromptTokens : promptEstimate;
            CompletionTokens += reported.CompletionTokens >= 0 ? reported.CompletionTokens : _events;
        }

        _events = 0;
    }

    /// <inheritdoc/>
    public bool OnLeaf(Leaf leaf, ReadOnlySpan<byte> raw)
    {
        if (raw.IsEmpty || IsLost)
        {
            return true;
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(raw.Length + (2 * LeafText.Slack) + MarkLength);
        int written = 0;
        Enter(leaf, rented, ref written);
        if (leaf.Kind != LeafKind.CallId)
        {
            written += LeafText.Decode(raw, ref _pending, rented.AsSpan(written));
        }

        Append(rented.AsSpan(0, written));
        ArrayPool<byte>.Shared.Return(rented);
        return true;
    }

    /// <summary>Notes text that the client was sent, without escapes.</summary>
    /// <param name="leaf">What it belongs to.</param>
    /// <param name="text">The text.</param>
    /// <param name="pending">Half of a pair behind it, or 0.</param>
    internal void AddText(Leaf leaf, ReadOnlySpan<byte> text, char pending)
    {
        byte[] mark = new byte[MarkLength + LeafText.Slack];
        int written = 0;
        Enter(leaf, mark, ref written);
        Append(mark.AsSpan(0, written));
        Append(text);
        _pending = pending;
    }

    /// <summary>The other half of a pair has been sent.</summary>
    internal void CompletePair(char low)
    {
        Span<byte> encoded = stackalloc byte[4];
        int length = new System.Text.Rune(_pending, low).EncodeToUtf8(encoded);
        _pending = '\0';
        Append(encoded[..length]);
    }

    /// <inheritdoc/>
    public void OnOtherContent() => Lose();

    /// <summary>Writes what stands in the log where it goes over to a leaf: half a pair stays alone, then the mark. Returns its length.</summary>
    /// <param name="leaf">The leaf that begins.</param>
    /// <param name="pending">Half a pair that the leaf before ended with, or 0.</param>
    /// <param name="target">Where to; room for <see cref="MarkLength"/> and <see cref="LeafText.Slack"/>.</param>
    internal static int WriteMark(Leaf leaf, char pending, Span<byte> target)
    {
        int written = 0;
        if (pending != 0)
        {
            "\uFFFD"u8.CopyTo(target);
            written = LeafText.Slack;
        }

        target[written] = MarkStart;
        target[written + 1] = (byte)leaf.Kind;
        BinaryPrimitives.WriteInt32LittleEndian(target[(written + 2)..], leaf.Choice);
        BinaryPrimitives.WriteInt32LittleEndian(target[(written + 6)..], leaf.Call);
        return written + MarkLength;
    }

    // Goes over to another leaf if this is not the one the log ends with. Half a pair before it stays alone.
    private void Enter(Leaf leaf, Span<byte> target, ref int written)
    {
        if (leaf == _leaf)
        {
            return;
        }

        written = WriteMark(leaf, _pending, target);
        _pending = '\0';
        _leaf = leaf;
        IsStrict = true;
    }

    private void Append(ReadOnlySpan<byte> octets)
    {
        if (_log.Length + octets.Length > Most)
        {
            Lose();
        }
        else if (!IsLost)
        {
            _log.Append(octets);
        }
    }

    /// <summary>The log is not all of the answer any more, and no continuation can be.</summary>
    internal void Lose()
    {
        IsLost = true;
        _log.Clear();
    }

    private void Identify(ReadOnlySpan<byte> data, in ChatChunk chunk)
    {
        _identified = true;
        int id = chunk.Id.IsEmpty || chunk.Id.Length > LongestId ? 0 : chunk.Id.Length + 2;
        if (_identity.Length < id + LongestCreated)
        {
            _identity = new byte[id + LongestCreated <= UsualIdentity ? UsualIdentity : LongestId + 2 + LongestCreated];
        }

        if (id > 0)
        {
            _identity[0] = _identity[id - 1] = (byte)'"';
            chunk.Id.Of(data).CopyTo(_identity.AsSpan(1));
            _idLength = id;
        }

        var cursor = new JsonCursor(data);
        cursor.TryEnterObject();
        while (cursor.NextProperty())
        {
            if (cursor.Name.Is("created"u8))
            {
                _createdLength = cursor.TryReadNumber(out ReadOnlySpan<byte> number) && number.Length <= LongestCreated ? number.Length : 0;
                number[.._createdLength].CopyTo(_identity.AsSpan(_idLength));
                return;
            }

            cursor.SkipValue();
        }
    }
}
