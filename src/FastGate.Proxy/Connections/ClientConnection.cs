using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using FastGate.Proxy.Server;
using FastGate.Proxy.Tls;
using Microsoft.AspNetCore.Connections;

namespace FastGate.Proxy.Connections;

/// <summary>
/// One client's connection, served by one long-running method: requests one after another, each read whole, answered, and let go.
/// </summary>
internal sealed class ClientConnection
{
    private static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(2);

    private readonly DataPlane _plane;
    private readonly ConnectionContext _context;
    private int _aborted;

    internal ClientConnection(DataPlane plane, ConnectionContext context, long id)
    {
        _plane = plane;
        _context = context;
        Id = id;
        Signal = new ConnectionSignal(plane.Wheel);
    }

    internal long Id { get; }

    /// <summary>Wakes the connection: deadlines, the client's end, the gateway's end.</summary>
    internal ConnectionSignal Signal { get; }

    /// <summary>Serves requests until the client goes, breaks the protocol, or the gateway drains.</summary>
    internal async Task RunAsync(SslServerAuthenticationOptions? tls)
    {
        SslStream? encrypted = null;
        IDuplexPipe pipe = _context.Transport;
        CancellationTokenRegistration closed = _context.ConnectionClosed.UnsafeRegister(static state => ((ConnectionSignal)state!).OnClientGone(), Signal);
        try
        {
            if (tls is not null)
            {
                var carrier = new DuplexPipeStream(pipe);
                encrypted = new SslStream(carrier, leaveInnerStreamOpen: true);
                if (!await TryHandshakeAsync(carrier, encrypted, tls).ConfigureAwait(false))
                {
                    return;
                }

                pipe = new TlsPipe(encrypted);
            }

            Signal.Attach(pipe.Input, _context.Transport.Output);
            var exchange = new Exchange(_plane, this, pipe);
            await exchange.ServeAsync(_context.ConnectionClosed).ConfigureAwait(false);
            if (exchange.ClientIsStuck)
            {
                Abort("The client did not read its answer in time.");
            }
            else if (encrypted is not null)
            {
                await SayGoodbyeAsync(encrypted).ConfigureAwait(false);
            }

            // Everything has been flushed.
            await _context.Transport.Output.CompleteAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The client reset the connection.
        }
        finally
        {
            await closed.DisposeAsync().ConfigureAwait(false);
            Signal.Detach();
            if (encrypted is not null)
            {
                await CloseTlsAsync(encrypted).ConfigureAwait(false);
            }

            await _context.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Cuts the connection. Safe to call from any thread and more than once.</summary>
    internal void Abort(string reason)
    {
        if (Interlocked.Exchange(ref _aborted, 1) == 0)
        {
            Signal.EndOutliving();
            _context.Abort(new ConnectionAbortedException(reason));
        }
    }

    /// <summary>How long a client may take to end its side after an answer that closes the connection.</summary>
    internal static TimeSpan Linger => LingerTime;

    // As long as a head may take, and no longer than the gateway accepts requests.
    private async Task<bool> TryHandshakeAsync(DuplexPipeStream carrier, SslStream encrypted, SslServerAuthenticationOptions tls)
    {
        Signal.Attach(_context.Transport.Input, _context.Transport.Output);
        Signal.Arm(_plane.Snapshot.Limits.HeadTimeout);
        if (_plane.Drain.IsDraining)
        {
            // Whoever drains has either seen the pipes and wakes them, or is seen here.
            return false;
        }

        carrier.GivesUp = () => Signal.ShouldStop || _plane.Drain.IsDraining;
        try
        {
            await encrypted.AuthenticateAsServerAsync(tls, _context.ConnectionClosed).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is AuthenticationException or OperationCanceledException or IOException)
        {
            // No TLS, no common version, no trust, too slow, or gone: there is nobody to explain it to.
            return false;
        }
        finally
        {
            carrier.GivesUp = null;
            Signal.Disarm();
        }
    }

    // RFC 8446 §6.1: whoever meets the connection's end without this notice must think that something is missing.
    private async Task SayGoodbyeAsync(SslStream encrypted)
    {
        Signal.Arm(LingerTime);
        try
        {
            await encrypted.ShutdownAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            // The client has broken off before, which is told again here.
        }
        finally
        {
            Signal.Disarm();
        }
    }

    private static async Task CloseTlsAsync(SslStream encrypted)
    {
        try
        {
            await encrypted.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The goodbye did not get through; the connection is gone all the same.
        }
    }
}
