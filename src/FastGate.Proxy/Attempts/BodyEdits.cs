using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace FastGate.Proxy.Attempts;

/// <summary>A stretch of a request's body and what goes out in its place; empty to leave it out. An empty stretch is a place to put something in.</summary>
/// <param name="Offset">Its first octet, counted from the start of the body.</param>
/// <param name="Length">Its length in octets.</param>
/// <param name="Replacement">What is sent instead.</param>
internal readonly record struct BodyEdit(long Offset, long Length, ReadOnlyMemory<byte> Replacement);

/// <summary>
/// What differs between a body as the client sent it and as a provider gets it: the model's name, and the members that are meant for the
/// gateway; and, where an answer is to be continued, what the provider is told of it. In order and apart; everything between them goes out as
/// it came.
/// </summary>
internal struct BodyEdits
{
    // The model, the own members, and a prefix in the messages and behind them.
    private const int Most = 1 + Protocol.Json.RequestScanner.MaxOwnMembers + 2;

    private Slots _edits;

    internal int Count { get; private set; }

    /// <summary>By how many octets the body becomes longer.</summary>
    internal long Growth { get; private set; }

    [UnscopedRef]
    internal readonly ref readonly BodyEdit this[int index] => ref _edits[index];

    /// <summary>Begins anew.</summary>
    internal void Clear()
    {
        Count = 0;
        Growth = 0;
    }

    /// <summary>Adds an edit; it may not overlap another.</summary>
    internal void Add(in BodyEdit edit)
    {
        Debug.Assert(Count < Most, "There is one model, there are at most two members of our own, and a continuation adds two.");
        int place = Count++;
        for (; place > 0 && (_edits[place - 1].Offset > edit.Offset || (_edits[place - 1].Offset == edit.Offset && edit.Length == 0)); place--)
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
