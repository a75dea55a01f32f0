using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastGate.Load.Http;
using FastGate.Load.Measuring;

namespace FastGate.Load.Upstream;

/// <summary>
/// One client of the upstream. Reads a request, answers it, reads the next; never both at once, so one thread at a
/// time is in here although two kinds of threads (event loop, delays) take turns.
/// </summary>
internal sealed class UpstreamConnection
{
    private const int ReceiveBytes = 16 * 1024;

    private readonly UpstreamServer _server;
    private readonly Socket _socket;
    private readonly SocketAsyncEventArgs _receive = new();
    private readonly SocketAsyncEventArgs _send = new();
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(ReceiveBytes, pinned: true);
    private readonly RequestReader _reader = new();
    private int _unread;
    private int _read;
    private int _nextEvent;
    private long _dueAt;
    private Answer _answer;

    public UpstreamConnection(UpstreamServer server, Socket socket)
    {
        _server = server;
        _socket = socket;
        _socket.NoDelay = true;
        _receive.SetBuffer(_buffer);
        _receive.Completed += (_, _) => Continue(received: true);
        _send.Completed += (_, _) => Continue(received: false);
    }

    private enum Answer
    {
        None,
        Delayed,
        Unary,
        Stream,
    }

    /// <summary>Begins to serve.</summary>
    public void Start() => Run();

    /// <summary>The delay asked for is over.</summary>
    public void OnDue()
    {
        if (_answer == Answer.Delayed)
        {
            BeginAnswer();
        }

        if (Send())
        {
            Run();
        }
    }

    private void Continue(bool received)
    {
        if (received ? TakeReceived() : TakeSent())
        {
            Run();
        }
    }

    /// <summary>Goes on until something is pending or the connection is closed.</summary>
    private void Run()
    {
        while (true)
        {
            if (_answer != Answer.None)
            {
                // A stream between two events: its next one now, or when it is due.
                if (!PrepareNextEvent() || !Send())
                {
                    return;
                }
            }
            else if (_read < _unread)
            {
                if (!ReadRequest())
                {
                    return;
                }
            }
            else if (!Receive())
            {
                return;
            }
        }
    }

    private bool ReadRequest()
    {
        ReadOnlySpan<byte> data = _buffer.AsSpan(_read, _unread - _read);
        Progress progress = _reader.Feed(ref data);
        _read = _unread - data.Length;
        switch (progress)
        {
            case Progress.Malformed:
                _socket.Dispose();
                return false;
            case Progress.NeedMore:
                return true;
            default:
                if (_server.Delay > 0)
                {
                    _answer = Answer.Delayed;
                    _server.Delays.Add(this, Clock.Now + _server.Delay);
                    return false;
                }

                BeginAnswer();
                return Send();
        }
    }

    private void BeginAnswer()
    {
        _answer = _reader.WantsStream ? Answer.Stream : Answer.Unary;
        _nextEvent = 0;
        _dueAt = Clock.Now;
        SetMessage(_reader.WantsStream ? _server.Answers.StreamStart : _server.Answers.Unary);
    }

    private bool PrepareNextEvent()
    {
        if (_reader.WantsCut && _nextEvent == _server.Events / 2)
        {
            _socket.Dispose();
            return false;
        }

        bool isLast = _nextEvent == _server.Events;
        SetMessage(isLast ? _server.Answers.StreamEnd : _server.Answers.StreamEvent);
        _nextEvent++;
        if (_server.EventInterval == 0)
        {
            return true;
        }

        _dueAt += _server.EventInterval;
        _server.Delays.Add(this, _dueAt);
        return false;
    }

    private void SetMessage(ReadOnlyMemory<byte> message) => _send.SetBuffer(MemoryMarshal.AsMemory(message));

    /// <summary>True when the send is complete; else a callback follows, or the connection is gone.</summary>
    private bool Send()
    {
        try
        {
            return !_socket.SendAsync(_send) && TakeSent();
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    private bool TakeSent()
    {
        if (_send.SocketError != SocketError.Success || _send.BytesTransferred != _send.Count)
        {
            _socket.Dispose();
            return false;
        }

        bool isOver = _answer == Answer.Unary || _nextEvent > _server.Events;
        if (isOver)
        {
            _answer = Answer.None;
            if (_reader.MustClose)
            {
                _socket.Dispose();
                return false;
            }
        }

        return true;
    }

    private bool Receive()
    {
        try
        {
            return !_socket.ReceiveAsync(_receive) && TakeReceived();
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    private bool TakeReceived()
    {
        if (_receive.SocketError != SocketError.Success || _receive.BytesTransferred == 0)
        {
            _socket.Dispose();
            return false;
        }

        _read = 0;
        _unread = _receive.BytesTransferred;
        return true;
    }
}
