using System.Buffers;
using System.IO.Pipelines;
using FastGate.Proxy.Responses;

namespace FastGate.Proxy.Attempts;

/// <summary>Sends a request's body from where it lies, in pieces, edited on the way.</summary>
internal struct UpstreamBody
{
    // Less is copied together with what is beside it.
    private const int LeastInPlace = 16 * 1024;

    private ReadOnlySequence<byte> _rest;
    private long _offset;
    private int _nextEdit;

    /// <summary>Whether nothing is left.</summary>
    internal bool IsSent { get; private set; }

    /// <summary>Begins with the first octet of a request's body.</summary>
    internal void Begin(in UpstreamRequest request)
    {
        _rest = request.Body;
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
        octets = _rest.First;
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
        IsSent = _nextEdit == edits.Count && _rest.IsEmpty;
        return true;
    }

    /// <summary>Writes up to about <paramref name="most"/> octets.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="edits">What differs; the same for every piece.</param>
    /// <param name="most">How many octets.</param>
    internal void WritePiece(PipeWriter output, in BodyEdits edits, long most)
    {
        while (most > 0)
        {
            if (_nextEdit == edits.Count)
            {
                Copy(output, Math.Min(_rest.Length, most));
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

        IsSent = _nextEdit == edits.Count && _rest.IsEmpty;
    }

    private void Copy(PipeWriter output, long count)
    {
        if (_rest.IsSingleSegment)
        {
            output.Put(_rest.FirstSpan[..(int)count]);
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
        _rest = _rest.Slice(count);
        _offset += count;
    }
}
