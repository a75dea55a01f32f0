using System.IO.Pipelines;

namespace FastGate.Benchmarks.Samples;

/// <summary>An output that keeps the last message only: <see cref="Clear"/> before each.</summary>
internal sealed class OverwritingWriter : PipeWriter
{
    private readonly byte[] _octets = new byte[64 * 1024];

    /// <summary>Octets written since the last <see cref="Clear"/>.</summary>
    public int Length { get; private set; }

    public void Clear() => Length = 0;

    public override void Advance(int bytes) => Length += bytes;

    public override Memory<byte> GetMemory(int sizeHint = 0) => _octets.AsMemory(Length);

    public override Span<byte> GetSpan(int sizeHint = 0) => _octets.AsSpan(Length);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => new(default(FlushResult));

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }
}
