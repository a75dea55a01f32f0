using System.Buffers;
using System.IO.Pipelines;

namespace FastGate.Proxy.Tls;

/// <summary>A stream over a transport's two pipes, for <see cref="System.Net.Security.SslStream"/> to encrypt through.</summary>
/// <remarks>A cancelled wait goes on, since the encrypting stream could not: it is ended for good or not at all, by <see cref="GivesUp"/>.</remarks>
internal sealed class DuplexPipeStream(IDuplexPipe pipe) : Stream
{
    private readonly PipeReader _input = pipe.Input;
    private readonly PipeWriter _output = pipe.Output;

    /// <summary>
    /// Asked before every wait for the peer, so that cancelling one that is under way has it asked: whether the stream is to end there.
    /// Null: never. The encrypting stream waits twice for the same octets, the first time without room for any.
    /// </summary>
    internal Func<bool>? GivesUp { get; set; }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken = default)
    {
        while (GivesUp?.Invoke() != true)
        {
            ReadResult result = await _input.ReadAsync(cancellationToken).ConfigureAwait(false);
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (!buffer.IsEmpty)
            {
                int count = (int)Math.Min(buffer.Length, destination.Length);
                ReadOnlySequence<byte> part = buffer.Slice(0, count);
                part.CopyTo(destination.Span);
                _input.AdvanceTo(part.End);

                // A zero-byte read only asks whether there is something to read.
                return count;
            }

            _input.AdvanceTo(buffer.End);
            if (result.IsCompleted)
            {
                return 0;
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default) =>
        await _output.WriteAsync(source, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async Task FlushAsync(CancellationToken cancellationToken) => await _output.FlushAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Flush() => throw new NotSupportedException("This stream is asynchronous only.");

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("This stream is asynchronous only.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("This stream is asynchronous only.");

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
