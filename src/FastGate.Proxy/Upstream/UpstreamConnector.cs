using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using FastGate.Proxy.Time;
using FastGate.Proxy.Tls;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;

namespace FastGate.Proxy.Upstream;

/// <summary>
/// Makes connections to one origin: resolves, connects, and shakes hands. Off the hot path: a warm pool makes connections rarely.
/// </summary>
internal sealed class UpstreamConnector : IUpstreamConnector
{
    private static readonly SocketConnectionFactoryOptions TransportOptions = new()
    {
        UnsafePreferInlineScheduling = true,
        WaitForDataBeforeAllocatingBuffer = false,
    };

    private readonly Origin _origin;
    private readonly UpstreamTls _trust;
    private readonly TimerWheel _wheel;
    private readonly SocketConnectionContextFactory _transport = new(TransportOptions, NullLogger.Instance);
    private readonly SslClientAuthenticationOptions? _tls;
    private int _rotation = -1;

    internal UpstreamConnector(Origin origin, UpstreamTls trust, TimerWheel wheel)
    {
        _origin = origin;
        _trust = trust;
        _wheel = wheel;
        _tls = origin.Tls ? TlsOptions() : null;
    }

    /// <inheritdoc/>
    /// <remarks>
    /// The name is resolved for every connection, so a changed DNS answer is followed as
    /// connections reach their lifetime; every address of the answer is tried, beginning with another one each time.
    /// </remarks>
    public async Task<ConnectResult> ConnectAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(timeout);
        Socket? socket = null;
        try
        {
            IPAddress[] addresses = await ResolveAsync(deadline.Token).ConfigureAwait(false);
            if (addresses.Length == 0)
            {
                return ConnectResult.Failed(ConnectFailure.Dns, $"the name {_origin.Host} has no address");
            }

            int first = (int)((uint)Interlocked.Increment(ref _rotation) % (uint)addresses.Length);
            for (int i = 0; ; i++)
            {
                IPAddress address = addresses[(first + i) % addresses.Length];
                socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(new IPEndPoint(address, _origin.Port), deadline.Token).ConfigureAwait(false);
                    break;
                }
                catch (SocketException) when (i + 1 < addresses.Length)
                {
                    socket.Dispose();
                }
            }

            ConnectionContext connection = _transport.Create(socket);
            socket = null;
            return _tls is null ? Plain(connection) : await HandshakeAsync(connection, deadline.Token).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            bool dns = e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery;
            return ConnectResult.Failed(dns ? ConnectFailure.Dns : ConnectFailure.Refused, e.Message);
        }
        catch (OperationCanceledException)
        {
            return ConnectResult.Failed(cancellation.IsCancellationRequested ? ConnectFailure.Cancelled : ConnectFailure.Timeout);
        }
        finally
        {
            socket?.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    private async ValueTask<IPAddress[]> ResolveAsync(CancellationToken cancellation) => IPAddress.TryParse(_origin.Host, out IPAddress? literal)
        ? [literal]
        : await Dns.GetHostAddressesAsync(_origin.Host, cancellation).ConfigureAwait(false);

    private ConnectResult Plain(ConnectionContext connection) => ConnectResult.Of(new UpstreamConnection(connection, connection.Transport, null, _wheel.Now));

    private async Task<ConnectResult> HandshakeAsync(ConnectionContext connection, CancellationToken cancellation)
    {
        var stream = new SslStream(new DuplexPipeStream(connection.Transport), leaveInnerStreamOpen: true);
        try
        {
            await stream.AuthenticateAsClientAsync(_tls!, cancellation).ConfigureAwait(false);
            IDuplexPipe pipe = new TlsPipe(stream);
            return ConnectResult.Of(new UpstreamConnection(connection, pipe, stream, _wheel.Now));
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await AbandonAsync(connection, stream).ConfigureAwait(false);
            return ConnectResult.Failed(ConnectFailure.Tls, $"the TLS handshake failed: {(e.InnerException?.Message ?? e.Message).TrimEnd('.')}");
        }
        catch (OperationCanceledException)
        {
            await AbandonAsync(connection, stream).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task AbandonAsync(ConnectionContext connection, SslStream stream)
    {
        connection.Abort();
        await stream.DisposeAsync().ConfigureAwait(false);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private SslClientAuthenticationOptions TlsOptions()
    {
        // One options object for every handshake: session resumption is keyed by it.
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = _trust.ServerName ?? _origin.Host,
            ApplicationProtocols = [SslApplicationProtocol.Http11],
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            AllowTlsResume = true,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (_trust.InsecureSkipVerify)
        {
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }
        else if (_trust.CaFile is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPemFile(_trust.CaFile);
            options.CertificateChainPolicy = policy;
        }

        return options;
    }
}
