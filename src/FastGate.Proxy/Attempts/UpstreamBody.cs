using System.Buffers;
using System.IO.Pipelines;
using FastGate.Proxy.Responses;

namespace FastGate.Proxy.Attempts;

/// <summary>Sends a request's body from where it lies, in pieces, edited on the way.</summary>
internal struct UpstreamBody
{
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
