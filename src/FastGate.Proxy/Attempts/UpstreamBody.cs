using System.Buffers;
using System.IO.Pipelines;
using FastGate.Proxy.Responses;

namespace FastGate.Proxy.Attempts;

/// <summary>Sends a request's body from where it lies, in pieces, edited on the way.</summary>
internal struct UpstreamBody
{
    // Less is copied together with what is beside it.
    private const int LeastInPlace = 16 * 1024;

    // What is left, but for a body in one piece: that stays whole, as cutting a sequence costs more than counting.
    private ReadOnlySequence<byte> _rest;
    private bool _isOnePiece;
    private long _length;
    private long _offset;
    private int _nextEdit;

    /// <summary>Whether nothing is left.</summary>
    internal bool IsSent { get; private set; }

    /// <summary>Begins with the first octet of a request's body.</summary>
    internal void Begin(in UpstreamRequest request)
    {
        _rest = request.Body;
        _isOnePiece = _rest.IsSingleSegment;
        _length = _rest.Length;
        _offset = 0;
        _nextEdit = 0;
        IsSent = false;
    }

    /// <summary>
    /// Takes the next octets if they can be sent as they lie: they are many, in one piece, and nothing is to be changed in them. That saves a copy
    /// of nearly all of a large body.
    /// </summary>
    internal bool TryTakeInPlace(in BodyEdits edits, int most, out ReadOnlyMemory<byte> octets)
    {
        octets = _isOnePiece ? _rest.First[(int)_offset..] : _rest.First;
        long count = Math.Min(octets.Length, most);
        if (_nextEdit < edits.Count)
        {
            count = Math.Min(count, edits[_nextEdit].Offset - _offset);
        }

        if (count < LeastInPlace)
        {
            return false;
        }

        octets = octets[..(int)count];
        Skip(count);
        IsSent = _nextEdit == edits.Count && _offset == _length;
        return true;
    }

    /// <summary>Writes up to about <paramref name="most"/> octets.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="edits">What differs; the same for every piece.</param>
    /// <param name="most">How many octets.</param>
    internal void WritePiece(PipeWriter output, in BodyEdits edits, long most)
    {
        if (_isOnePiece && _offset == 0 && _length <= most && TryWriteWhole(output, edits))
        {
            IsSent = true;
            return;
        }

        while (most > 0)
        {
            if (_nextEdit == edits.Count)
            {
                Copy(output, Math.Min(_length - _offset, most));
                break;
            }

            ref readonly BodyEdit edit = ref edits[_nextEdit];
            long before = Math.Min(edit.Offset - _offset, most);
            Copy(output, before);
            most -= before;
            if (_offset == edit.Offset)
            {
                output.Put(edit.Replacement.Span);
                most -= edit.Replacement.Length;
                Skip(edit.Length);
                _nextEdit++;
            }
        }

        IsSent = _nextEdit == edits.Count && _offset == _length;
    }

    // The usual body: with its edits it fits into the room that the output has behind the head.
    private readonly bool TryWriteWhole(PipeWriter output, in BodyEdits edits)
    {
        Span<byte> room = output.GetSpan();
        long length = _length + edits.Growth;
        if (length > room.Length)
        {
            return false;
        }

        ReadOnlySpan<byte> body = _rest.FirstSpan;
        int read = 0;
        for (int i = 0; i < edits.Count; i++)
        {
            ref readonly BodyEdit edit = ref edits[i];
            ReadOnlySpan<byte> before = body[read..(int)edit.Offset];
            before.CopyTo(room);
            edit.Replacement.Span.CopyTo(room[before.Length..]);
            room = room[(before.Length + edit.Replacement.Length)..];
            read = (int)(edit.Offset + edit.Length);
        }

        body[read..].CopyTo(room);
        output.Advance((int)length);
        return true;
    }

    private void Copy(PipeWriter output, long count)
    {
        if (_isOnePiece)
        {
            output.Put(_rest.FirstSpan.Slice((int)_offset, (int)count));
        }
        else
        {
            foreach (ReadOnlyMemory<byte> part in _rest.Slice(0, count))
            {
                output.Put(part.Span);
            }
        }

        Skip(count);
    }

    private void Skip(long count)
    {
        _offset += count;
        if (!_isOnePiece)
        {
            _rest = _rest.Slice(count);
        }
    }
}
