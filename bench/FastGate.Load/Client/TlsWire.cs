using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace FastGate.Load.Client;

/// <summary>TLS over TCP through <see cref="SslStream"/>.</summary>
internal sealed class TlsWire(IWireOwner owner, string serverName, bool acceptAnyCertificate) : Wire(owner)
{
    private SslStream? _tls;
    private Socket? _socket;
    private volatile bool _sending;
    private volatile bool _closed;

    public override bool IsSending => _sending;

    public override void Open(EndPoint target)
    {
        _socket = NewSocket(target);
        _ = RunAsync(_socket, target);
    }

    public override void Send(ReadOnlyMemory<byte> message) => _ = SendAsync(message);

    public override void Close()
    {
        _closed = true;
        _socket?.Dispose();
    }

    private async Task RunAsync(Socket socket, EndPoint target)
    {
        WireEnd end = WireEnd.Connect;
        try
        {
            await socket.ConnectAsync(target).ConfigureAwait(false);
            await using var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
            var options = new SslClientAuthenticationOptions { TargetHost = serverName };
            if (acceptAnyCertificate)
            {
                options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
            }

            await tls.AuthenticateAsClientAsync(options).ConfigureAwait(false);
            _tls = tls;
            end = WireEnd.Reset;
            Owner.Opened(this);
            byte[] buffer = GC.AllocateUninitializedArray<byte>(ReceiveBytes);
            while (!_closed)
            {
                int read = await tls.ReadAsync(buffer).ConfigureAwait(false);
                if (read == 0)
                {
                    end = WireEnd.Closed;
                    break;
                }

                if (!_closed)
                {
                    Owner.Received(this, buffer.AsSpan(0, read));
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException or ObjectDisposedException)
        {
            // Reported below by how far the connection had come.
            OpenFault = end == WireEnd.Connect ? e.Message : null;
        }

        if (!_closed)
        {
            Owner.Ended(this, end);
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> message)
    {
        _sending = true;
        try
        {
            await _tls!.WriteAsync(message).ConfigureAwait(false);
            _sending = false;
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            if (!_closed)
            {
                Owner.Ended(this, WireEnd.Reset);
            }
        }
    }
}
