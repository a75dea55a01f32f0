using System.Buffers;
using System.IO.Pipelines;

namespace FastGate.Proxy.Attempts;

/// <summary>Sends a request's body from where it lies, in pieces, edited on the way.</summary>
internal struct UpstreamBody(in UpstreamRequest request)
{
    private readonly BodyEdits _edits = request.Edits;
    private ReadOnlySequence<byte> _rest = request.Body;
    private long _offset;
    private int _nextEdit;

    /// <summary>Writes up to about <paramref name="most"/> octets; false when nothing is left.</summary>
    internal bool WritePiece(PipeWriter output, long most)
    {
        while (most > 0)
        {
            if (_nextEdit == _edits.Count)
            {
                Copy(output, Math.Min(_rest.Length, most));
                return !_rest.IsEmpty;
            }

            BodyEdit edit = _edits[_nextEdit];
            long before = Math.Min(edit.Offset - _offset, most);
            Copy(output, before);
            most -= before;
            if (_offset == edit.Offset)
            {
                output.Write(edit.Replacement.Span);
                most -= edit.Replacement.Length;
                Skip(edit.Length);
                _nextEdit++;
            }
        }

        return _nextEdit < _edits.Count || !_rest.IsEmpty;
    }

    private void Copy(PipeWriter output, long count)
    {
        if (_rest.IsSingleSegment)
        {
            output.Write(_rest.FirstSpan[..(int)count]);
        }
        else
        {
            foreach (ReadOnlyMemory<byte> part in _rest.Slice(0, count))
            {
                output.Write(part.Span);
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
