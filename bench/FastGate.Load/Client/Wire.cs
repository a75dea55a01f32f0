using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace FastGate.Load.Client;

/// <summary>How a connection ended.</summary>
internal enum WireEnd
{
    /// <summary>It could not be opened, or TLS could not be agreed.</summary>
    Connect,

    /// <summary>The peer broke it.</summary>
    Reset,

    /// <summary>The peer closed it in order.</summary>
    Closed,
}

/// <summary>Who a wire reports to. Calls about one wire come one at a time, except that a failed send may be reported while a receive is.</summary>
internal interface IWireOwner
{
    /// <summary>The wire can send now.</summary>
    void Opened(Wire wire);

    /// <summary>Bytes arrived; they are gone when this returns.</summary>
    void Received(Wire wire, ReadOnlySpan<byte> bytes);

    /// <summary>The wire is of no more use.</summary>
    void Ended(Wire wire, WireEnd how);
}

/// <summary>One connection to the target, used once; a new one is made for a reconnect, so nothing late can be taken for news of it.</summary>
internal abstract class Wire(IWireOwner owner)
{
    protected const int ReceiveBytes = 16 * 1024;

    protected IWireOwner Owner { get; } = owner;

    /// <summary>Why the connection could not be opened; null when it could, or nothing is known.</summary>
    public string? OpenFault { get; protected set; }

    /// <summary>A send has not been taken by the kernel completely.</summary>
    public abstract bool IsSending { get; }

    /// <summary>Starts connecting.</summary>
    public abstract void Open(EndPoint target);

    /// <summary>Sends; only one send at a time.</summary>
    public abstract void Send(ReadOnlyMemory<byte> message);

    /// <summary>Closes. Nothing more is reported that the owner must act on.</summary>
    public abstract void Close();

    protected static Socket NewSocket(EndPoint target) => target is UnixDomainSocketEndPoint
        ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
        : new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
}

/// <summary>Plain TCP on two reusable <see cref="SocketAsyncEventArgs"/>: nothing is allocated after the connection is made.</summary>
internal sealed class SocketWire : Wire
{
    private readonly SocketAsyncEventArgs _receive = new();
    private readonly SocketAsyncEventArgs _send = new();
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(ReceiveBytes, pinned: true);
    private Socket? _socket;
    private volatile bool _sending;
    private volatile bool _closed;

    public SocketWire(IWireOwner owner)
        : base(owner)
    {
        _receive.Completed += (_, _) => OnReceiveCompleted();
        _send.Completed += (_, _) => OnSendCompleted();
    }

    public override bool IsSending => _sending;

    public override void Open(EndPoint target)
    {
        _socket = NewSocket(target);
        var connect = new SocketAsyncEventArgs { RemoteEndPoint = target };
        connect.Completed += (_, e) => OnConnected(e);
        if (!_socket.ConnectAsync(connect))
        {
            OnConnected(connect);
        }
    }

    public override void Send(ReadOnlyMemory<byte> message)
    {
        _sending = true;
        _send.SetBuffer(System.Runtime.InteropServices.MemoryMarshal.AsMemory(message));
        PumpSend();
    }

    public override void Close()
    {
        _closed = true;
        _socket?.Dispose();
    }

    private void OnConnected(SocketAsyncEventArgs connect)
    {
        bool opened = connect.SocketError == SocketError.Success;
        OpenFault = opened ? null : new SocketException((int)connect.SocketError).Message;
        connect.Dispose();
        if (_closed)
        {
            return;
        }

        if (!opened)
        {
            Owner.Ended(this, WireEnd.Connect);
            return;
        }

        _receive.SetBuffer(_buffer, 0, _buffer.Length);
        Owner.Opened(this);
        PumpReceive();
    }

    private void PumpReceive()
    {
        while (!_closed)
        {
            try
            {
                if (_socket!.ReceiveAsync(_receive))
                {
                    return;
                }
            }
            catch (ObjectDisposedException)
            {
                return;
            }

            if (!TakeReceived())
            {
                return;
            }
        }
    }

    private void OnReceiveCompleted()
    {
        if (TakeReceived())
        {
            PumpReceive();
        }
    }

    private bool TakeReceived()
    {
        if (_closed)
        {
            return false;
        }

        if (_receive.SocketError != SocketError.Success)
        {
            Owner.Ended(this, WireEnd.Reset);
            return false;
        }

        if (_receive.BytesTransferred == 0)
        {
            Owner.Ended(this, WireEnd.Closed);
            return false;
        }

        Owner.Received(this, _buffer.AsSpan(0, _receive.BytesTransferred));
        return true;
    }

    private void PumpSend()
    {
        while (true)
        {
            try
            {
                if (_socket!.SendAsync(_send))
                {
                    return;
                }
            }
            catch (ObjectDisposedException)
            {
                return;
            }

            if (!TakeSent())
            {
                return;
            }
        }
    }

    private void OnSendCompleted()
    {
        if (TakeSent())
        {
            PumpSend();
        }
    }

    /// <summary>True when there is more to send.</summary>
    private bool TakeSent()
    {
        if (_closed)
        {
            return false;
        }

        if (_send.SocketError != SocketError.Success)
        {
            Owner.Ended(this, WireEnd.Reset);
            return false;
        }

        int left = _send.Count - _send.BytesTransferred;
        if (left > 0)
        {
            _send.SetBuffer(_send.MemoryBuffer[^left..]);
            return true;
        }

        _sending = false;
        return false;
    }
}

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
