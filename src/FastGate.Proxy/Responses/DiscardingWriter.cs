using System.IO.Pipelines;

namespace FastGate.Proxy.Responses;

/// <summary>Drops what is written, for an answer that has no client any more.</summary>
/// <remarks>All share one piece of memory, into which everybody writes and nobody looks; a larger piece that is asked for is made anew.</remarks>
internal sealed class DiscardingWriter : PipeWriter
{
    private readonly byte[] _scratch = new byte[16 * 1024];

    internal static DiscardingWriter Instance { get; } = new();

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
    }

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0) => sizeHint <= _scratch.Length ? _scratch : new byte[sizeHint];

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(default(FlushResult));

    /// <inheritdoc/>
    public override void CancelPendingFlush()
    {
    }

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
    }
}
