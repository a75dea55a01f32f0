using System.Buffers;

namespace FastGate.Protocol.Json;

/// <summary>
/// Hashes a JSON text (SHA-256) so that two texts which differ only in white space and in the order of their objects' members, at any
/// depth, hash alike; any other difference makes another hash.
/// </summary>
/// <remarks>
/// "Nothing else" is meant to the letter: numbers and strings count as written, so <c>1.0</c> is not <c>1</c> and an escaped letter is
/// not the letter. Members of the same name keep their order among themselves, since readers take the first or the last of them. Where a
/// name is written with escapes two names may be the same though they look different, so such an object's members are left in the order
/// they came: at worst two equal texts hash differently, never two different ones alike.
/// The text must have been found valid (<see cref="RequestScanner"/>); of one that is not, nothing is promised but an end.
/// It is read where it lies, segment by segment, in two passes: one that finds the members of every object, one that feeds the hash in
/// their sorted order. Beside the text that takes 24 octets for each member and one output buffer. Reusable, one text at a time, no
/// concurrency.
/// </remarks>
public sealed partial class CanonicalJson
{
    /// <summary>The deepest nesting that is followed.</summary>
    public const int MaxDepth = RequestScanner.MaxDepth;

    // Past this an array is not kept for the next text.
    private const int KeptMembers = 4096;

    private readonly Container[] _open = new Container[MaxDepth];
    private readonly HashOutput _output = new();
    private ReadOnlyMemory<byte>[] _segments = new ReadOnlyMemory<byte>[8];
    private int[] _starts = new int[8];
    private int _segmentCount;
    private Member[] _members = [];
    private Member[] _pending = [];
    private JsonObject[] _objects = [];
    private int _memberCount;
    private int _pendingCount;
    private int _objectCount;
    private Comparison<Member>? _byName;

    /// <summary>Hashes a text.</summary>
    /// <param name="prefix">What is hashed before it; its length goes in as well, so that where it ends is part of the hash.</param>
    /// <param name="json">The text.</param>
    /// <param name="omitted">Names of members of the outermost object that do not count; null: all count.</param>
    /// <param name="hash">Where the hash goes, 32 octets.</param>
    /// <returns>False when the text is longer than 2 GiB or nested deeper than <see cref="MaxDepth"/>; <paramref name="hash"/> then holds nothing of use.</returns>
    public bool TryHash(ReadOnlySpan<byte> prefix, in ReadOnlySequence<byte> json, byte[][]? omitted, Span<byte> hash)
    {
        if (json.Length > int.MaxValue)
        {
            return false;
        }

        try
        {
            Lay(json);
            _output.Begin();
            _output.WriteLength(prefix.Length);
            _output.Write(prefix);
            if (!FindMembers(omitted))
            {
                return false;
            }

            EmitRange(0, (int)json.Length, 0);
            _output.Finish(hash);
            return true;
        }
        finally
        {
            LetGo();
        }
    }

    /// <summary>Hashes octets as they are.</summary>
    /// <param name="prefix">What is hashed before them; its length goes in as well.</param>
    /// <param name="octets">The octets.</param>
    /// <param name="hash">Where the hash goes, 32 octets.</param>
    public void HashOctets(ReadOnlySpan<byte> prefix, in ReadOnlySequence<byte> octets, Span<byte> hash)
    {
        _output.Begin();
        _output.WriteLength(prefix.Length);
        _output.Write(prefix);
        foreach (ReadOnlyMemory<byte> part in octets)
        {
            _output.Write(part.Span);
        }

        _output.Finish(hash);
    }

    private void Lay(in ReadOnlySequence<byte> json)
    {
        _segmentCount = 0;
        int start = 0;
        foreach (ReadOnlyMemory<byte> segment in json)
        {
            if (segment.IsEmpty)
            {
                continue;
            }

            if (_segmentCount == _segments.Length)
            {
                Array.Resize(ref _segments, _segmentCount * 2);
                Array.Resize(ref _starts, _segmentCount * 2);
            }

            _segments[_segmentCount] = segment;
            _starts[_segmentCount++] = start;
            start += segment.Length;
        }
    }

    private void LetGo()
    {
        Array.Clear(_segments, 0, _segmentCount);
        _segmentCount = _memberCount = _pendingCount = _objectCount = 0;
        if (_members.Length > KeptMembers || _pending.Length > KeptMembers || _objects.Length > KeptMembers)
        {
            _members = _pending = [];
            _objects = [];
        }
    }

    private Comparison<Member> ByName => _byName ??= Compare;

    private int SegmentOf(int position)
    {
        if (_segmentCount == 1)
        {
            return 0;
        }

        int found = Array.BinarySearch(_starts, 0, _segmentCount, position);
        return found >= 0 ? found : ~found - 1;
    }

    // A member of an object: where its name stands, quotes included, and where its value does, white space around it included.
    private struct Member
    {
        internal int NameStart;
        internal int NameEnd;
        internal int ValueStart;
        internal int ValueEnd;

        // The first object that begins within the value or behind it.
        internal int FirstObject;
    }

    private struct JsonObject
    {
        internal int Start;
        internal int End;
        internal int FirstMember;
        internal int MemberCount;

        // The first object that begins behind this one's end.
        internal int NextObject;
    }

    // An object or array that has not ended yet.
    private struct Container
    {
        internal bool IsObject;
        internal bool EscapedName;
        internal bool InMember;
        internal int Object;
        internal int FirstPending;
        internal Member Current;
    }
}
