using System.Buffers;
using System.IO.Pipelines;
using FastGate.Protocol.Http;

namespace FastGate.Proxy.Replay;

/// <summary>Where a reader's frames go: a client's body, each frame a chunk where the client reads chunks.</summary>
/// <param name="Writer">The client's output.</param>
/// <param name="Chunked">Whether it is sent in chunks.</param>
internal readonly record struct FrameOutput(PipeWriter Writer, bool Chunked)
{
    /// <summary>A frame of that many octets follows.</summary>
    internal void Begin(int length)
    {
        if (Chunked && length > 0)
        {
            Span<byte> span = Writer.GetSpan(ChunkWriter.MaxPrefixLength);
            Writer.Advance(ChunkWriter.WritePrefix(span, length));
        }
    }

    internal void Write(ReadOnlySpan<byte> octets) => Writer.Write(octets);

    /// <summary>The frame is whole; a frame of no octets leaves nothing behind.</summary>
    internal void End(int length)
    {
        if (Chunked && length > 0)
        {
            Writer.Write(ChunkWriter.Suffix);
        }
    }
}
