using System.Buffers;
using System.IO.Pipelines;

namespace FastGate.Proxy.Attempts;

/// <summary>Sends a request's body from where it lies, in pieces, with the model replaced on the way.</summary>
internal struct UpstreamBody
{
    private ReadOnlySequence<byte> _before;
    private ReadOnlyMemory<byte> _model;
    private ReadOnlySequence<byte> _after;

    internal UpstreamBody(in UpstreamRequest request)
    {
        if (request.ModelLength == 0)
        {
            _before = request.Body;
            return;
        }

        _before = request.Body.Slice(0, request.ModelOffset);
        _model = request.Model;
        _after = request.Body.Slice(request.ModelOffset + request.ModelLength);
    }

    /// <summary>Writes up to about <paramref name="most"/> octets; false when nothing is left.</summary>
    internal bool WritePiece(PipeWriter output, int most)
    {
        long left = most - Write(output, ref _before, most);
        if (!_before.IsEmpty)
        {
            return true;
        }

        output.Write(_model.Span);
        _model = default;
        Write(output, ref _after, Math.Max(left, 0));
        return !_after.IsEmpty;
    }

    private static long Write(PipeWriter output, ref ReadOnlySequence<byte> source, long most)
    {
        ReadOnlySequence<byte> piece = source.Length <= most ? source : source.Slice(0, most);
        foreach (ReadOnlyMemory<byte> part in piece)
        {
            output.Write(part.Span);
        }

        source = source.Slice(piece.End);
        return piece.Length;
    }
}
