using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace FastGate.Proxy.Attempts;

/// <summary>A stretch of a request's body and what goes out in its place; empty to leave it out.</summary>
/// <param name="Offset">Its first octet, counted from the start of the body.</param>
/// <param name="Length">Its length in octets.</param>
/// <param name="Replacement">What is sent instead.</param>
internal readonly record struct BodyEdit(long Offset, long Length, ReadOnlyMemory<byte> Replacement);

/// <summary>
/// What differs between a body as the client sent it and as a provider gets it: the model's name, and the members that are meant for the
/// gateway. In order and apart; everything between them goes out as it came.
/// </summary>
internal struct BodyEdits
{
    private const int Most = 1 + Protocol.Json.RequestScanner.MaxOwnMembers;

    private Slots _edits;

    internal int Count { get; private set; }

    /// <summary>By how many octets the body becomes longer.</summary>
    internal long Growth { get; private set; }

    internal readonly BodyEdit this[int index] => _edits[index];

    /// <summary>Adds an edit; it may not overlap another.</summary>
    internal void Add(in BodyEdit edit)
    {
        Debug.Assert(Count < Most, "There is one model and there are at most two members of our own.");
        int place = Count++;
        for (; place > 0 && _edits[place - 1].Offset > edit.Offset; place--)
        {
            _edits[place] = _edits[place - 1];
        }

        _edits[place] = edit;
        Growth += edit.Replacement.Length - edit.Length;
    }

    [InlineArray(Most)]
    private struct Slots
    {
        private BodyEdit _first;
    }
}
