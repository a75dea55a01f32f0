using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using FastGate.Transport.Loops;
using FastGate.Transport.Native;
using Microsoft.AspNetCore.Connections;

namespace FastGate.Transport.Connections;

/// <summary>A connection being made.</summary>
internal sealed unsafe class PendingConnect(EventLoop loop, EndPoint target, CancellationToken cancellation) : ILoopMember
{
    private readonly TaskCompletionSource<ConnectionContext> _result = new();
    private CancellationTokenRegistration _registration;
    private int _descriptor = -1;
    private bool _done;

    /// <summary>The connection; whoever awaits it is continued on its loop.</summary>
    internal Task<ConnectionContext> Result => _result.Task;

    internal void Start()
    {
        loop.Post(this, LoopTask.Register);
        _registration = cancellation.UnsafeRegister(static state => ((PendingConnect)state!).Cancel(), this);
    }

    void ILoopMember.OnEvents(uint events)
    {
        int error = 0;
        uint length = sizeof(int);
        if (LibC.GetOption(_descriptor, Linux.SocketLevel, Linux.OptionError, &error, &length) < 0)
        {
            error = Marshal.GetLastSystemError();
        }

        if (error != 0)
        {
            Fail(Errno.ToException(error));
        }
        else if ((events & Linux.Writable) != 0)
        {
            Succeed(events);
        }
    }

    void ILoopMember.Run(LoopTask task, int argument)
    {
        if (_done)
        {
            return;
        }

        if (task == LoopTask.Register && !loop.IsEnding)
        {
            Connect();
        }
        else
        {
            Fail(new OperationCanceledException(cancellation));
        }
    }

    void ILoopMember.OnLoopEnds() => Fail(new OperationCanceledException("The transport has been disposed of."));

    private void Cancel() => loop.Post(this, LoopTask.Abort);

    private void Connect()
    {
        SocketAddress address = target.Serialize();
        int family = address.Family switch
        {
            AddressFamily.InterNetwork => Linux.FamilyIPv4,
            AddressFamily.InterNetworkV6 => Linux.FamilyIPv6,
            _ => Linux.FamilyUnix,
        };
        _descriptor = LibC.NewSocket(family, Linux.Stream | Linux.NonBlocking | Linux.CloseOnExec, 0);
        if (_descriptor < 0)
        {
            Fail(Errno.ToException(Marshal.GetLastSystemError()));
            return;
        }

        if (family != Linux.FamilyUnix)
        {
            int on = 1;
            LibC.SetOption(_descriptor, Linux.TcpLevel, Linux.OptionNoDelay, &on, sizeof(int));
        }

        int outcome;
        fixed (byte* start = address.Buffer.Span)
        {
            outcome = LibC.Connect(_descriptor, start, (uint)address.Size);
        }

        if (outcome < 0)
        {
            int error = Marshal.GetLastSystemError();
            if (error is not (Errno.InProgress or Errno.Interrupted))
            {
                Fail(Errno.ToException(error));
                return;
            }
        }

        // The first event says how it went, also when it is done already.
        if (!loop.TryAdd(_descriptor, this))
        {
            Fail(Errno.ToException(Marshal.GetLastSystemError()));
        }
    }

    private void Succeed(uint events)
    {
        var connection = new LoopConnection(loop, _descriptor) { RemoteEndPoint = target };
        loop.Replace(_descriptor, connection);
        connection.Begin(events);
        _done = true;
        _registration.Dispose();
        if (!_result.TrySetResult(connection))
        {
            connection.Abort();
        }
    }

    private void Fail(Exception exception)
    {
        _done = true;
        _registration.Dispose();
        if (_descriptor >= 0)
        {
            loop.Close(_descriptor);
        }

        if (exception is OperationCanceledException)
        {
            _result.TrySetCanceled(cancellation);
        }
        else
        {
            _result.TrySetException(exception);
        }
    }
}
