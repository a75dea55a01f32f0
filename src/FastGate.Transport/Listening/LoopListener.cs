using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using FastGate.Transport.Connections;
using FastGate.Transport.Loops;
using FastGate.Transport.Native;
using Microsoft.AspNetCore.Connections;

namespace FastGate.Transport.Listening;

/// <summary>
/// Accepts on one loop and deals the connections out to all of them in turn: by count they are balanced exactly, which the kernel's own
/// distribution over several listeners (SO_REUSEPORT) is not, and a second process on the same port is refused.
/// </summary>
internal sealed class LoopListener : IConnectionListener, ILoopMember, IValueTaskSource<ConnectionContext?>
{
    private const int Backlog = 4096;
    private const int AddressSize = 128;

    // After so many without a turn of the loop, those who are connected have their turn.
    private const int MostAccepts = 64;

    private readonly EventLoop _loop;
    private readonly Socket _socket;
    private readonly int _descriptor;
    private readonly TaskCompletionSource _unbound = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ManualResetValueTaskSourceCore<ConnectionContext?> _core;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private int _credit = MostAccepts;
    private bool _acceptable;
    private bool _waiting;
    private volatile bool _closed;

    private LoopListener(EventLoop loop, Socket socket)
    {
        _loop = loop;
        _socket = socket;
        _descriptor = (int)socket.Handle;
        EndPoint = socket.LocalEndPoint!;
    }

    /// <inheritdoc/>
    public EndPoint EndPoint { get; }

    /// <summary>Binds and listens.</summary>
    /// <exception cref="AddressInUseException">Somebody listens there.</exception>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    internal static LoopListener Bind(EventLoop loop, EndPoint address)
    {
        Socket socket = address is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address is IPEndPoint ip)
            {
                if (ip.Address.Equals(IPAddress.IPv6Any))
                {
                    socket.DualMode = true;
                }

                // Accepted sockets inherit both.
                socket.NoDelay = true;
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.OutOfBandInline, true);
            }

            socket.Blocking = false;
            socket.Bind(address);
            socket.Listen(Backlog);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            if (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw new AddressInUseException(e.Message, e);
            }

            throw;
        }

        var listener = new LoopListener(loop, socket);
        loop.Post(listener, LoopTask.Register);
        return listener;
    }

    /// <inheritdoc/>
    public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ConnectionContext?>(cancellationToken);
        }

        bool onLoop = _loop.IsCurrent;
        if (onLoop && _acceptable && !_closed && _credit-- > 0 && Accept() is { } connection)
        {
            return new ValueTask<ConnectionContext?>(connection);
        }

        _core.Reset();
        short version = _core.Version;
        _token = cancellationToken;
        if (!onLoop)
        {
            _loop.Post(this, LoopTask.Accept);
        }
        else
        {
            _waiting = true;
            if (_acceptable || _closed)
            {
                _loop.Post(this, LoopTask.ContinueAccept);
            }
        }

        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(
                static state =>
                {
                    var (listener, version) = ((LoopListener, short))state!;
                    listener._loop.Post(listener, LoopTask.AbandonRead, version);
                },
                (this, version));
        }

        return new ValueTask<ConnectionContext?>(this, version);
    }

    /// <inheritdoc/>
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _loop.Post(this, LoopTask.Close);
        await _unbound.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => UnbindAsync();

    ConnectionContext? IValueTaskSource<ConnectionContext?>.GetResult(short token)
    {
        if (_token.CanBeCanceled)
        {
            _registration.Dispose();
            _registration = default;
        }

        return _core.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<ConnectionContext?>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<ConnectionContext?>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    void ILoopMember.OnEvents(uint events)
    {
        _acceptable = true;
        Settle();
    }

    void ILoopMember.Run(LoopTask task, int argument)
    {
        switch (task)
        {
            case LoopTask.Register when !_closed && !_loop.IsEnding && _loop.TryAdd(_descriptor, this):
                break;
            case LoopTask.Accept:
                _waiting = true;
                Settle();
                break;
            case LoopTask.ContinueAccept:
                Settle();
                break;
            case LoopTask.AbandonRead when _waiting && _core.Version == (short)argument:
                _waiting = false;
                _core.SetException(new OperationCanceledException(_token));
                break;
            case LoopTask.AbandonRead:
                break;
            default:
                Close();
                break;
        }
    }

    void ILoopMember.OnLoopEnds() => Close();

    private void Settle()
    {
        _credit = MostAccepts;
        if (!_waiting)
        {
            return;
        }

        if (_closed)
        {
            _waiting = false;
            _core.SetResult(null);
            return;
        }

        LoopConnection? connection;
        try
        {
            connection = _acceptable ? Accept() : null;
        }
        catch (SocketException e)
        {
            _waiting = false;
            _core.SetException(e);
            return;
        }

        if (connection is not null)
        {
            _waiting = false;
            _core.SetResult(connection);
        }
    }

    // Null: nobody is there any more.
    private unsafe LoopConnection? Accept()
    {
        byte* address = stackalloc byte[AddressSize];
        while (true)
        {
            uint length = AddressSize;
            int descriptor = LibC.Accept(_descriptor, address, &length, Linux.NonBlocking | Linux.CloseOnExec);
            if (descriptor >= 0)
            {
                EventLoop loop = _loop.Group.Next();
                var connection = new LoopConnection(loop, descriptor)
                {
                    LocalEndPoint = EndPoint,
                    RemoteEndPoint = ToEndPoint(new ReadOnlySpan<byte>(address, (int)Math.Min(length, AddressSize))),
                };
                connection.Post(LoopTask.Register);
                return connection;
            }

            int error = Marshal.GetLastSystemError();
            if (error == Errno.Again)
            {
                _acceptable = false;
                return null;
            }

            if (Errno.IsShortage(error))
            {
                // Still acceptable: the next one to ask may be luckier.
                throw Errno.ToException(error);
            }

            // Interrupted, or this one connection failed before it was taken (accept(2) names a dozen such errors).
        }
    }

    private static IPEndPoint? ToEndPoint(ReadOnlySpan<byte> address)
    {
        // struct sockaddr_in and sockaddr_in6; a socket in the file system has no such address.
        int family = address.Length < 2 ? 0 : BitConverter.ToUInt16(address);
        return family switch
        {
            Linux.FamilyIPv4 when address.Length >= 8 => new IPEndPoint(new IPAddress(address.Slice(4, 4)), PortOf(address)),
            Linux.FamilyIPv6 when address.Length >= 28 => new IPEndPoint(new IPAddress(address.Slice(8, 16), BitConverter.ToUInt32(address[24..])), PortOf(address)),
            _ => null,
        };
    }

    private static int PortOf(ReadOnlySpan<byte> address) => (address[2] << 8) | address[3];

    private void Close()
    {
        if (!_closed)
        {
            _closed = true;
            _loop.Remove(_descriptor);
            _socket.Dispose();
            _unbound.TrySetResult();
            Settle();
        }
    }
}
