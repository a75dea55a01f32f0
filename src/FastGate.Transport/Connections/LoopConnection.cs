using System.IO.Pipelines;
using System.Net;
using FastGate.Transport.Loops;
using FastGate.Transport.Native;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace FastGate.Transport.Connections;

/// <summary>A stream socket on a loop.</summary>
/// <remarks>
/// <see cref="ConnectionClosed"/> is cancelled when the peer has ended its side, the connection was reset, or this end has closed it.
/// <see cref="DisposeAsync"/> sends what was flushed first, for as long as the peer takes; <see cref="Abort(ConnectionAbortedException)"/>
/// ends that, and tells the peer by a reset.
/// </remarks>
internal sealed class LoopConnection : ConnectionContext, IDuplexPipe, ILoopConnection, ILoopMember
{
    private const string ResetByPeer = "Connection reset by peer";

    private static long _lastId;

    // Made when somebody asks: most connections are nobody's to be told of.
    private CancellationTokenSource? _closedSource;
    private TaskCompletionSource? _disposed;
    private CancellationToken? _closedToken;
    private volatile EventLoop _loop;
    private string? _id;
    private FeatureCollection? _features;
    private IDictionary<object, object?>? _items;
    private string? _abortReason;
    private int _aborted;
    private bool _closing;
    private bool _failed;
    private bool _finished;
    private volatile bool _notified;
    private volatile bool _peerEnded;
    private volatile bool _closed;

    internal LoopConnection(EventLoop loop, int descriptor)
    {
        _loop = loop;
        Descriptor = descriptor;
        Reader = new LoopReader(this);
        Writer = new LoopWriter(this);
        Transport = this;
    }

    /// <inheritdoc/>
    public override string ConnectionId
    {
        get => _id ??= Interlocked.Increment(ref _lastId).ToString("x", System.Globalization.CultureInfo.InvariantCulture);
        set => _id = value;
    }

    /// <inheritdoc/>
    public override IFeatureCollection Features => _features ??= new FeatureCollection();

    /// <inheritdoc/>
    public override IDictionary<object, object?> Items
    {
        get => _items ??= new ConnectionItems();
        set => _items = value;
    }

    /// <inheritdoc/>
    public override IDuplexPipe Transport { get; set; }

    /// <inheritdoc/>
    public override CancellationToken ConnectionClosed
    {
        get => _closedToken ?? ClosedSource().Token;
        set => _closedToken = value;
    }

    /// <inheritdoc/>
    public override EndPoint? LocalEndPoint { get; set; }

    /// <inheritdoc/>
    public override EndPoint? RemoteEndPoint { get; set; }

    /// <inheritdoc/>
    public int Loop => _loop.Index;

    /// <inheritdoc/>
    public bool IsQuiet => !_peerEnded && Reader.IsQuiet;

    PipeReader IDuplexPipe.Input => Reader;

    PipeWriter IDuplexPipe.Output => Writer;

    internal int Descriptor { get; }

    internal LoopReader Reader { get; }

    internal LoopWriter Writer { get; }

    /// <summary>Whether the caller runs on the connection's loop.</summary>
    internal bool IsOnLoop => ReferenceEquals(EventLoop.Current, _loop);

    /// <summary>Whether the descriptor must not be used any more. On the loop.</summary>
    internal bool IsClosed => _closed;

    /// <summary>Whether the kernel has reported that nothing more will come.</summary>
    internal bool PeerEnded => _peerEnded;

    /// <summary>What to say to whoever reads from a connection that was reset.</summary>
    internal string ResetReason => _abortReason ?? ResetByPeer;

    /// <inheritdoc/>
    public void MoveToCurrentLoop()
    {
        EventLoop loop = _loop;
        if (EventLoop.Current is { } here && here != loop && here.Group == loop.Group)
        {
            loop.Post(this, LoopTask.Leave, here.Index);
        }
    }

    /// <inheritdoc/>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        if (Interlocked.Exchange(ref _aborted, 1) == 0)
        {
            _abortReason = abortReason.Message;
            Post(LoopTask.Abort);
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        Reader.Complete();
        Writer.Complete();
        TaskCompletionSource disposed = Volatile.Read(ref _disposed) ?? MakeDisposed();
        Post(LoopTask.Close);
        return new ValueTask(disposed.Task);
    }

    void ILoopMember.OnEvents(uint events)
    {
        uint ended = events & (Linux.PeerFinished | Linux.HangUp | Linux.Error);
        if (ended != 0)
        {
            OnPeerEnded(ended);
        }

        if (Writer.IsSending && (events & (Linux.Writable | Linux.HangUp | Linux.Error)) != 0)
        {
            Writer.OnWritable();
        }

        if ((events & Linux.Readable) != 0 || ended != 0)
        {
            Reader.OnReadable();
        }
    }

    void ILoopMember.Run(LoopTask task, int argument)
    {
        if (!IsOnLoop)
        {
            // It has moved.
            Post(task, argument);
            return;
        }

        switch (task)
        {
            case LoopTask.Register:
                Register();
                break;
            case LoopTask.Leave:
                Leave(argument);
                break;
            case LoopTask.Read:
                Reader.Wait();
                break;
            case LoopTask.ContinueRead:
                Reader.Continue();
                break;
            case LoopTask.CancelRead:
                Reader.Cancel();
                break;
            case LoopTask.AbandonRead:
                Reader.Abandon((short)argument);
                break;
            case LoopTask.CompleteRead:
                Reader.Finish();
                break;
            case LoopTask.Flush:
                Writer.TakeHanded();
                break;
            case LoopTask.CancelFlush:
                Writer.Cancel();
                break;
            case LoopTask.AbandonFlush:
                Writer.Abandon((short)argument);
                break;
            case LoopTask.CompleteWrite:
                Writer.Finish();
                break;
            case LoopTask.NotifyClosed:
                NotifyClosed();
                break;
            case LoopTask.Close:
                Close();
                break;
            default:
                Reset();
                break;
        }
    }

    void ILoopMember.OnLoopEnds() => Reset();

    internal void Post(LoopTask task, int argument = 0) => _loop.Post(this, task, argument);

    /// <summary>Everything flushed was sent, and nothing will be written any more. On the loop.</summary>
    internal void OnAllSent()
    {
        if (_closing)
        {
            CloseNow();
        }
        else if (!_finished && !_closed)
        {
            _finished = true;
            LibC.Shutdown(Descriptor, Linux.ShutdownWrite);
        }
    }

    /// <summary>A send has failed, which may have been the only report of a reset. On the loop.</summary>
    internal void OnSendFailed() => OnPeerEnded(Linux.Error);

    /// <summary>Whether the end that a receive has just met is a reset that somebody else was told of. On the loop.</summary>
    internal unsafe bool WasReset()
    {
        if (_failed)
        {
            return true;
        }

        // A connection that both sides have ended is closed, too.
        byte state = 0;
        uint length = 1;
        return !_finished && LibC.GetOption(Descriptor, Linux.TcpLevel, Linux.OptionTcpInfo, &state, &length) == 0 && state == Linux.TcpStateClosed;
    }

    /// <summary>Takes over what the kernel has reported so far of a descriptor that is watched already. On the loop.</summary>
    internal void Begin(uint events) => ((ILoopMember)this).OnEvents(events);

    private CancellationTokenSource ClosedSource()
    {
        if (Volatile.Read(ref _closedSource) is { } there)
        {
            return there;
        }

        var made = new CancellationTokenSource();
        CancellationTokenSource source = Interlocked.CompareExchange(ref _closedSource, made, null) ?? made;
        if (_notified)
        {
            source.Cancel();
        }

        return source;
    }

    private TaskCompletionSource MakeDisposed()
    {
        var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource disposed = Interlocked.CompareExchange(ref _disposed, made, null) ?? made;
        if (_closed)
        {
            disposed.TrySetResult();
        }

        return disposed;
    }

    private void Register()
    {
        if (_closed)
        {
            return;
        }

        if (_loop.IsEnding)
        {
            Reset();
            return;
        }

        if (!_loop.TryAdd(Descriptor, this))
        {
            Reset();
        }
    }

    private void Leave(int index)
    {
        if (_closed || index == _loop.Index)
        {
            return;
        }

        // The other loop is told anew of whatever the descriptor is ready for.
        EventLoop target = _loop.Group[index];
        _loop.Remove(Descriptor);
        _loop = target;
        target.Post(this, LoopTask.Register);
    }

    private void OnPeerEnded(uint events)
    {
        _failed |= (events & Linux.Error) != 0;
        if (!_peerEnded)
        {
            _peerEnded = true;

            // Behind what is being done: whoever reads gets the last octets before it hears of the end.
            Post(LoopTask.NotifyClosed);
        }
    }

    private void NotifyClosed()
    {
        if (!_notified)
        {
            _notified = true;

            // Either whoever asks for the source from now on sees the flag, or the source is seen here.
            Interlocked.MemoryBarrier();
            Volatile.Read(ref _closedSource)?.Cancel();
        }
    }

    private void Close()
    {
        _closing = true;
        if (!Writer.IsSending)
        {
            CloseNow();
        }
    }

    private unsafe void Reset()
    {
        if (_closed)
        {
            return;
        }

        // SO_LINGER with no time: closing sends a reset and drops what is queued.
        long noLinger = 1;
        LibC.SetOption(Descriptor, Linux.SocketLevel, Linux.OptionLinger, &noLinger, sizeof(long));
        CloseNow();
    }

    private void CloseNow()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        _loop.Close(Descriptor);
        Interlocked.MemoryBarrier();
        Volatile.Read(ref _disposed)?.TrySetResult();
        Post(LoopTask.NotifyClosed);
        Reader.OnClosed();
        Writer.OnClosed();
    }
}
