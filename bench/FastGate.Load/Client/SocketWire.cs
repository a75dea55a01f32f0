using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace FastGate.Load.Client;

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
        _send.SetBuffer(MemoryMarshal.AsMemory(message));
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
