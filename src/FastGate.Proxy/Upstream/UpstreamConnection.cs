using System.IO.Pipelines;
using System.Net.Security;
using FastGate.Transport.Connections;
using Microsoft.AspNetCore.Connections;

namespace FastGate.Proxy.Upstream;

/// <summary>
/// One connection to a provider. It is used by one request at a time; between two of them it lies in its <see cref="UpstreamPool"/>.
/// </summary>
internal sealed class UpstreamConnection
{
    private readonly ConnectionContext _transport;
    private readonly SslStream? _tls;
    private readonly ILoopConnection? _loop;
    private int _disposed;

    internal UpstreamConnection(ConnectionContext transport, IDuplexPipe pipe, SslStream? tls, long createdTick)
    {
        _transport = transport;
        _tls = tls;
        _loop = transport as ILoopConnection;
        Input = pipe.Input;
        Output = pipe.Output;
        CreatedTick = createdTick;
    }

    /// <summary>What the provider sends.</summary>
    internal PipeReader Input { get; }

    /// <summary>What the provider receives.</summary>
    internal PipeWriter Output { get; }

    /// <summary>The loop that the connection lives on; -1 where connections have none.</summary>
    internal int Loop => _loop?.Loop ?? -1;

    /// <summary>When the connection was made, in ticks of the timer wheel.</summary>
    internal long CreatedTick { get; }

    /// <summary>When the connection was last given back, in ticks of the timer wheel.</summary>
    internal long IdleSinceTick { get; set; }

    /// <summary>How many requests have been sent on it, the current one included.</summary>
    internal int Uses { get; set; }

    /// <summary>
    /// Whether an idle connection can carry a request: the provider has neither closed it nor sent something nobody asked for.
    /// Makes no system call: the transport hears of both on idle connections, too.
    /// </summary>
    internal bool IsUsable()
    {
        // A loop knows of the end, too.
        if (_loop is not null && _tls is null)
        {
            return _loop.IsQuiet;
        }

        if (_transport.ConnectionClosed.IsCancellationRequested)
        {
            return false;
        }

        // Over TLS the reader cannot be looked at without starting a read; the raw transport's end is what counts there.
        if (_tls is not null)
        {
            return true;
        }

        if (!Input.TryRead(out ReadResult result))
        {
            return true;
        }

        Input.AdvanceTo(result.Buffer.Start);
        return result.IsCanceled && result.Buffer.IsEmpty && !result.IsCompleted;
    }

    /// <summary>Has the connection's continuations run where the caller runs from now on, where connections have loops.</summary>
    internal void MoveToCaller() => _loop?.MoveToCurrentLoop();

    /// <summary>Ends a pending read and a pending flush, the latter at the transport so that nothing written is lost. From any thread.</summary>
    internal void EndWaits()
    {
        Input.CancelPendingRead();
        _transport.Transport.Output.CancelPendingFlush();
    }

    /// <summary>
    /// Closes the connection at once; whatever is on its way is lost. Waiting reads end. Safe to call twice and from any thread.
    /// </summary>
    internal void Abort(string reason)
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        _transport.Abort(new ConnectionAbortedException(reason));
        // Closing takes as long as the peer's buffers do and nobody waits for it.
        _ = CloseAsync();
    }

    private async Task CloseAsync()
    {
        if (_tls is not null)
        {
            await _tls.DisposeAsync().ConfigureAwait(false);
        }

        await _transport.DisposeAsync().ConfigureAwait(false);
    }
}
