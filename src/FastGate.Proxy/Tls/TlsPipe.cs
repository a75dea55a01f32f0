using System.IO.Pipelines;
using System.Net.Security;

namespace FastGate.Proxy.Tls;

/// <summary>The plain side of an encrypted connection as two pipes.</summary>
internal sealed class TlsPipe(SslStream stream) : IDuplexPipe
{
    /// <inheritdoc/>
    // Zero-byte reads: an idle TLS connection holds no buffer.
    public PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true, useZeroByteReads: true));

    /// <inheritdoc/>
    public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(minimumBufferSize: 4096, leaveOpen: true));
}
