using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using FastGate.Proxy.Time;
using FastGate.Proxy.Tls;
using FastGate.Proxy.Transports;
using Microsoft.AspNetCore.Connections;

namespace FastGate.Proxy.Upstream;

/// <summary>
/// Makes connections to one origin: resolves, connects, and shakes hands. Off the hot path: a warm pool makes connections rarely.
/// </summary>
internal sealed class UpstreamConnector : IUpstreamConnector
{
    private readonly Origin _origin;
    private readonly UpstreamTls _trust;
    private readonly TimerWheel _wheel;
    private readonly ITransport _transport;
    private readonly SslClientAuthenticationOptions? _tls;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private int _rotation = -1;

    /// <summary>Makes a connector.</summary>
    /// <param name="origin">Where to.</param>
    /// <param name="trust">How the certificate is checked.</param>
    /// <param name="wheel">Tells the time.</param>
    /// <param name="transport">Carries the connections.</param>
    /// <param name="resolve">Gives the addresses of a name; null: the system's resolver.</param>
    internal UpstreamConnector(
        Origin origin, UpstreamTls trust, TimerWheel wheel, ITransport transport, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        _resolve = resolve ?? Dns.GetHostAddressesAsync;
        _transport = transport;
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
    public async Task<ConnectResult> ConnectAsync(CancellationToken ended)
    {
        try
        {
            IPAddress[] addresses = await ResolveAsync(ended).ConfigureAwait(false);
            if (addresses.Length == 0)
            {
                return ConnectResult.Failed(ConnectFailure.Dns, $"the name {_origin.Host} has no address");
            }

            int first = (int)((uint)Interlocked.Increment(ref _rotation) % (uint)addresses.Length);
            ConnectionContext connection;
            for (int i = 0; ; i++)
            {
                IPAddress address = addresses[(first + i) % addresses.Length];
                try
                {
                    connection = await _transport.ConnectAsync(new IPEndPoint(address, _origin.Port), ended).ConfigureAwait(false);
                    break;
                }
                catch (SocketException) when (i + 1 < addresses.Length)
                {
                    // The next address may answer.
                }
            }

            return _tls is null ? Plain(connection) : await HandshakeAsync(connection, ended).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            bool dns = e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery;
            return ConnectResult.Failed(dns ? ConnectFailure.Dns : ConnectFailure.Refused, e.Message);
        }
        catch (OperationCanceledException)
        {
            return ConnectResult.Failed(ConnectFailure.Cancelled);
        }
    }

    private async ValueTask<IPAddress[]> ResolveAsync(CancellationToken cancellation) => IPAddress.TryParse(_origin.Host, out IPAddress? literal)
        ? [literal]
        : await _resolve(_origin.Host, cancellation).ConfigureAwait(false);

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
