using System.Buffers;
using System.Text;

namespace FastGate.Proxy.Continuation;

/// <summary>
/// Takes the strings of an answer that goes on where another broke off, leaves out what the client has, and writes the rest as the inside of
/// JSON strings. Knows no stream's grammar.
/// </summary>
/// <remarks>Lives for one continuation; off the hot path.</remarks>
internal sealed class ContinuedLeaves : ILeafVisitor
{
    private readonly AnswerMatcher _matcher;
    private readonly DeliveredAnswer _delivered;
    private readonly bool _exact;
    private readonly ArrayBufferWriter<byte> _output;
    private readonly ArrayBufferWriter<byte> _before;
    private Leaf _leaf;
    private char _pending;
    private bool _flowing;
    private bool _refused;

    /// <summary>Makes them.</summary>
    /// <param name="matcher">Knows where the new text begins.</param>
    /// <param name="delivered">What the client has; grows with what is new.</param>
    /// <param name="exact">Whether the answer must repeat what was delivered, whatever that was.</param>
    /// <param name="output">Takes what is new of a leaf.</param>
    /// <param name="before">Takes text that was held back as a possible repetition until something else came: it belongs before that.</param>
    internal ContinuedLeaves(AnswerMatcher matcher, DeliveredAnswer delivered, bool exact, ArrayBufferWriter<byte> output, ArrayBufferWriter<byte> before)
    {
        _matcher = matcher;
        _delivered = delivered;
        _exact = exact;
        _output = output;
        _before = before;
        NoteFlow();
    }

    /// <summary>Whether the provider answers something else than what was delivered.</summary>
    internal bool IsRefused => _refused || _matcher.State == MatchState.Refused;

    /// <summary>Whether everything that comes is new.</summary>
    internal bool IsFlowing => _flowing;

    /// <inheritdoc/>
    public bool OnLeaf(Leaf leaf, ReadOnlySpan<byte> raw)
    {
        if (IsRefused || raw.IsEmpty)
        {
            return false;
        }

        // What is not the text ends the search for an overlap of texts.
        if (!_exact && leaf != Leaf.Text && !TryEndText())
        {
            return false;
        }

        return _flowing ? Pass(leaf, raw) : Match(leaf, raw);
    }

    /// <inheritdoc/>
    public void OnOtherContent()
    {
        // It cannot be compared, so it may only come when nothing is left to compare.
        _refused |= !_flowing;
        _delivered.OnOtherContent();
    }

    private bool Pass(Leaf leaf, ReadOnlySpan<byte> raw)
    {
        if (leaf.Kind != LeafKind.Finish)
        {
            _output.Write(raw);
        }

        return _delivered.OnLeaf(leaf, raw);
    }

    private bool Match(Leaf leaf, ReadOnlySpan<byte> raw)
    {
        byte[] text = ArrayPool<byte>.Shared.Rent(raw.Length + LeafText.Slack);
        try
        {
            int before = _output.WrittenCount;
            if (!TryEnter(leaf))
            {
                return false;
            }

            if (leaf.Kind == LeafKind.CallId)
            {
                // The client knows the call by the id it has.
                NoteFlow();
                return false;
            }

            int length = LeafText.Decode(raw, ref _pending, text);
            ReadOnlySpan<byte> shown = _matcher.Take(text.AsSpan(0, length));
            if (_matcher.State == MatchState.Passing && TryShow(leaf, shown, _output))
            {
                ShowHalf(_output);
            }

            return _output.WrittenCount > before;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }

    // The delivered answer must go over to the same leaf at the same place.
    private bool TryEnter(Leaf leaf)
    {
        if (leaf == _leaf)
        {
            return true;
        }

        Span<byte> mark = stackalloc byte[LeafText.Slack + DeliveredAnswer.MarkLength];
        int length = DeliveredAnswer.WriteMark(leaf, _pending, mark);
        _leaf = leaf;
        _pending = '\0';
        _refused |= _matcher.State == MatchState.Passing;
        _matcher.Take(mark[..length]);
        return !IsRefused;
    }

    /// <summary>No more text comes: what was held back is new, and goes before what comes now, or the answer is refused.</summary>
    /// <returns>Whether the answer stands.</returns>
    internal bool TryEndText()
    {
        if (_flowing)
        {
            return true;
        }

        if (!TryShow(Leaf.Text, _matcher.Finish(), _before))
        {
            return false;
        }

        // The client has half a character of which the other half has not come.
        _refused |= _delivered.Pending != 0;
        ShowHalf(_before);
        return !IsRefused;
    }

    // Writes new text, and first what completes a character of which the client has a half.
    private bool TryShow(Leaf leaf, ReadOnlySpan<byte> shown, ArrayBufferWriter<byte> output)
    {
        if (shown.IsEmpty || IsRefused)
        {
            return !IsRefused;
        }

        if (_delivered.Pending != 0)
        {
            Span<char> pair = stackalloc char[2];
            bool whole = Rune.DecodeFromUtf8(shown, out Rune rune, out int length) == OperationStatus.Done;
            if (!whole || rune.EncodeToUtf16(pair) != 2 || pair[0] != _delivered.Pending)
            {
                _refused = true;
                return false;
            }

            LeafText.EncodeUnit(pair[1], output);
            _delivered.CompletePair(pair[1]);
            shown = shown[length..];
        }

        LeafText.Encode(shown, output);
        _delivered.AddText(leaf, shown, '\0');
        return true;
    }

    // Half a pair that new text ends with goes out with it; its other half comes with the next chunk as it is.
    private void ShowHalf(ArrayBufferWriter<byte> output)
    {
        if (_pending != 0 && _delivered.Pending == 0)
        {
            LeafText.EncodeUnit(_pending, output);
            _delivered.AddText(_leaf, default, _pending);
            _pending = '\0';
            _flowing = true;
        }

        NoteFlow();
    }

    // From now on everything is new, and the client has nothing by halves that another provider sent.
    private void NoteFlow() => _flowing |= _matcher.State == MatchState.Passing && _delivered.Pending == 0;
}
