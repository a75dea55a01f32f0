using System.Buffers;

namespace FastGate.Protocol.Json;

/// <content>The first pass: the members of every object, sorted.</content>
public sealed partial class CanonicalJson
{
    private static readonly SearchValues<byte> StringStops = SearchValues.Create("\"\\"u8);

    private bool FindMembers(byte[][]? omitted)
    {
        int depth = 0;
        bool inString = false;
        bool skipNext = false;
        bool isName = false;
        for (int s = 0; s < _segmentCount; s++)
        {
            ReadOnlySpan<byte> span = _segments[s].Span;
            int start = _starts[s];
            int i = 0;
            while (i < span.Length)
            {
                if (skipNext)
                {
                    skipNext = false;
                    i++;
                    continue;
                }

                if (inString)
                {
                    int stop = span[i..].IndexOfAny(StringStops);
                    if (stop < 0)
                    {
                        break;
                    }

                    i += stop;
                    if (span[i] == (byte)'\\')
                    {
                        skipNext = true;
                        if (isName)
                        {
                            _open[depth - 1].EscapedName = true;
                        }
                    }
                    else
                    {
                        inString = false;
                        if (isName)
                        {
                            _open[depth - 1].Current.NameEnd = start + i + 1;
                            isName = false;
                        }
                    }

                    i++;
                    continue;
                }

                switch (span[i])
                {
                    case (byte)'"':
                        inString = true;
                        isName = depth > 0 && _open[depth - 1] is { IsObject: true, InMember: false };
                        if (isName)
                        {
                            _open[depth - 1].Current.NameStart = start + i;
                        }

                        break;
                    case (byte)':' when depth > 0:
                        _open[depth - 1].InMember = true;
                        _open[depth - 1].Current.ValueStart = start + i + 1;
                        _open[depth - 1].Current.FirstObject = _objectCount;
                        break;
                    case (byte)',' when depth > 0:
                        EndMember(ref _open[depth - 1], start + i);
                        break;
                    case (byte)'{' or (byte)'[':
                        if (depth == MaxDepth)
                        {
                            return false;
                        }

                        Open(ref _open[depth++], span[i] == (byte)'{', start + i);
                        break;
                    case (byte)'}' or (byte)']' when depth > 0:
                        ref Container closing = ref _open[--depth];
                        if (closing.IsObject)
                        {
                            EndMember(ref closing, start + i);
                            Close(ref closing, start + i + 1, depth == 0 ? omitted : null);
                        }

                        break;
                }

                i++;
            }
        }

        return depth == 0;
    }

    private void Open(ref Container container, bool isObject, int position)
    {
        container = new Container { IsObject = isObject, FirstPending = _pendingCount, Object = _objectCount };
        if (isObject)
        {
            Grow(ref _objects, _objectCount);
            _objects[_objectCount++].Start = position;
        }
    }

    private void EndMember(ref Container container, int position)
    {
        if (!container.InMember)
        {
            return;
        }

        container.InMember = false;
        container.Current.ValueEnd = position;
        Grow(ref _pending, _pendingCount);
        _pending[_pendingCount++] = container.Current;
    }

    // An object's members move to where those of ended objects are, in their sorted order.
    private void Close(ref Container container, int end, byte[][]? omitted)
    {
        int first = _memberCount;
        for (int i = container.FirstPending; i < _pendingCount; i++)
        {
            if (omitted is null || !IsOmitted(_pending[i], omitted))
            {
                Grow(ref _members, _memberCount);
                _members[_memberCount++] = _pending[i];
            }
        }

        _pendingCount = container.FirstPending;
        ref JsonObject ended = ref _objects[container.Object];
        ended.End = end;
        ended.FirstMember = first;
        ended.MemberCount = _memberCount - first;
        ended.NextObject = _objectCount;
        if (!container.EscapedName)
        {
            Sort(first, ended.MemberCount);
        }
    }

    private void Sort(int first, int count)
    {
        // Most objects of these protocols have few members, and clients nearly always write them in the same order.
        const int Few = 12;
        Span<Member> members = _members.AsSpan(first, count);
        if (count > Few)
        {
            members.Sort(ByName);
            return;
        }

        for (int i = 1; i < count; i++)
        {
            Member moved = members[i];
            int at = i;
            for (; at > 0 && Compare(moved, members[at - 1]) < 0; at--)
            {
                members[at] = members[at - 1];
            }

            members[at] = moved;
        }
    }

    // By name as written; members of the same name as they came.
    private int Compare(Member a, Member b)
    {
        int order = CompareNames(a, b);
        return order != 0 ? order : a.NameStart.CompareTo(b.NameStart);
    }

    private int CompareNames(in Member a, in Member b)
    {
        int one = SegmentOf(a.NameStart);
        int other = SegmentOf(b.NameStart);
        int lengthA = a.NameEnd - a.NameStart;
        int lengthB = b.NameEnd - b.NameStart;
        int offsetA = a.NameStart - _starts[one];
        int offsetB = b.NameStart - _starts[other];
        int common = Math.Min(lengthA, lengthB);
        while (common > 0)
        {
            ReadOnlySpan<byte> pieceA = _segments[one].Span[offsetA..];
            ReadOnlySpan<byte> pieceB = _segments[other].Span[offsetB..];
            int length = Math.Min(common, Math.Min(pieceA.Length, pieceB.Length));
            int order = pieceA[..length].SequenceCompareTo(pieceB[..length]);
            if (order != 0)
            {
                return order;
            }

            common -= length;
            Advance(ref one, ref offsetA, length);
            Advance(ref other, ref offsetB, length);
        }

        return lengthA.CompareTo(lengthB);
    }

    private void Advance(ref int segment, ref int offset, int length)
    {
        offset += length;
        if (offset == _segments[segment].Length)
        {
            segment++;
            offset = 0;
        }
    }

    private bool IsOmitted(in Member member, byte[][] omitted)
    {
        foreach (byte[] name in omitted)
        {
            // The quotes stand around the name.
            if (member.NameEnd - member.NameStart == name.Length + 2 && Is(member.NameStart + 1, name))
            {
                return true;
            }
        }

        return false;
    }

    private bool Is(int position, ReadOnlySpan<byte> text)
    {
        int segment = SegmentOf(position);
        int offset = position - _starts[segment];
        while (!text.IsEmpty)
        {
            ReadOnlySpan<byte> piece = _segments[segment].Span[offset..];
            int length = Math.Min(piece.Length, text.Length);
            if (!piece[..length].SequenceEqual(text[..length]))
            {
                return false;
            }

            text = text[length..];
            Advance(ref segment, ref offset, length);
        }

        return true;
    }

    private static void Grow<T>(ref T[] array, int count)
    {
        if (count == array.Length)
        {
            Array.Resize(ref array, Math.Max(32, count * 2));
        }
    }
}
