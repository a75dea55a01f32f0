using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using FastGate.Transport.Loops;
using FastGate.Transport.Memory;
using FastGate.Transport.Native;

namespace FastGate.Transport.Connections;

/// <summary>
/// What a connection's peer is sent. A flush on the loop's own thread goes straight to the socket; what that does not take is sent when
/// it has room again, and until then the flush waits. Off the loop the octets are handed to it.
/// </summary>
/// <remarks>
/// What is being written belongs to the writing flow, what was flushed to the loop. A flush that is cancelled gives up waiting, not
/// sending: its octets stay queued, and later ones go behind them.
/// </remarks>
internal sealed unsafe class LoopWriter(LoopConnection connection) : PipeWriter, IValueTaskSource<FlushResult>
{
    private const int MostPieces = 16;

    private ManualResetValueTaskSourceCore<FlushResult> _core;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;

    // The flow's.
    private Block? _first;
    private Block? _last;
    private long _unflushed;
    private bool _completed;

    // From the flow to the loop.
    private Block? _handed;
    private Block? _handedLast;

    // The loop's.
    private Block? _queue;
    private Block? _queueLast;
    private int _queueStart;
    private bool _waiting;
    private bool _finishing;
    private volatile bool _canceled;
    private volatile bool _broken;

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public override long UnflushedBytes => _unflushed;

    /// <summary>Whether octets are buffered.</summary>
    internal bool HoldsMemory => _first is not null || _queue is not null;

    /// <summary>Whether flushed octets wait for room in the socket. On the loop.</summary>
    internal bool IsSending => _queue is not null;

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => Room(sizeHint).FreeSpan;

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0) => Room(sizeHint).FreeMemory;

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        if (bytes == 0)
        {
            return;
        }

        Block? last = _last;
        if (last is null || (uint)bytes > (uint)last.Room)
        {
            throw new ArgumentOutOfRangeException(nameof(bytes), "More than there was room for.");
        }

        last.Filled += bytes;
        _unflushed += bytes;
    }

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<FlushResult>(cancellationToken);
        }

        if (connection.IsOnLoop)
        {
            Enqueue(ref _first, ref _last);
            _unflushed = 0;
            SendQueue();
            if (_queue is null || _canceled)
            {
                return new ValueTask<FlushResult>(Outcome());
            }

            _core.Reset();
            _waiting = true;
        }
        else
        {
            HandOver();
            _core.Reset();
            connection.Post(LoopTask.Flush);
        }

        short version = _core.Version;
        _token = cancellationToken;
        if (cancellationToken.CanBeCanceled)
        {
            // Behind the post, so that the loop cannot be told of the cancellation before it knows the flush.
            Register(cancellationToken, version);
        }

        return new ValueTask<FlushResult>(this, version);
    }

    /// <inheritdoc/>
    public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
    {
        ReadOnlySpan<byte> rest = source.Span;
        if (_unflushed == 0 && connection.IsOnLoop && _queue is null && !_broken && !_completed)
        {
            // Nothing lies before it: the socket can take it from where it is.
            rest = SendFrom(rest);
        }

        while (!rest.IsEmpty)
        {
            Span<byte> room = GetSpan(Math.Min(rest.Length, BlockPool.LargeSize));
            int count = Math.Min(room.Length, rest.Length);
            rest[..count].CopyTo(room);
            Advance(count);
            rest = rest[count..];
        }

        return FlushAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush() => connection.Post(LoopTask.CancelFlush);

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        if (_completed)
        {
            return;
        }

        _completed = true;
        HandOver();
        connection.Post(LoopTask.CompleteWrite);
    }

    /// <inheritdoc/>
    public FlushResult GetResult(short token)
    {
        if (_token.CanBeCanceled)
        {
            _registration.Dispose();
            _registration = default;
        }

        return _core.GetResult(token);
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>The socket has room again. On the loop.</summary>
    internal void OnWritable()
    {
        SendQueue();
        Settle();
    }

    /// <summary>Sends what was handed over; its flush waits. On the loop.</summary>
    internal void TakeHanded()
    {
        _waiting = true;
        Enqueue(ref _handed, ref _handedLast);
        SendQueue();
        Settle();
    }

    /// <summary>Ends the flush that waits, or the next one. On the loop.</summary>
    internal void Cancel()
    {
        _canceled = true;
        Settle();
    }

    /// <summary>Ends a flush whose token was cancelled, if it is still that one. On the loop.</summary>
    internal void Abandon(short version)
    {
        if (_waiting && _core.Version == version)
        {
            _waiting = false;
            _core.SetException(new OperationCanceledException(_token));
        }
    }

    /// <summary>Nothing will be written any more: the peer is told once everything is sent. On the loop.</summary>
    internal void Finish()
    {
        if (_finishing)
        {
            return;
        }

        _finishing = true;
        Enqueue(ref _handed, ref _handedLast);
        SendQueue();
        Settle();
    }

    /// <summary>The connection is closed. On the loop.</summary>
    internal void OnClosed()
    {
        Break();
        Settle();
    }

    private Block Room(int sizeHint)
    {
        if (_completed)
        {
            throw new InvalidOperationException("The writer has been completed.");
        }

        Block? last = _last;
        if (last is not null && last.Room >= Math.Max(sizeHint, 1))
        {
            return last;
        }

        // Whoever has filled a block writes much.
        Block block = BlockPool.Rent(last is null ? sizeHint : Math.Max(sizeHint, BlockPool.LargeSize));
        if (last is null)
        {
            _first = block;
        }
        else
        {
            last.Following = block;
        }

        _last = block;
        return block;
    }

    private void HandOver()
    {
        _handed = _first;
        _handedLast = _last;
        _first = _last = null;
        _unflushed = 0;
    }

    private void Register(CancellationToken token, short version) => _registration = token.UnsafeRegister(
        static state =>
        {
            var (writer, version) = ((LoopWriter, short))state!;
            writer.Post(LoopTask.AbandonFlush, version);
        },
        (this, version));

    private void Post(LoopTask task, int argument) => connection.Post(task, argument);

    private FlushResult Outcome()
    {
        bool canceled = _canceled;
        if (canceled)
        {
            _canceled = false;
        }

        return new FlushResult(canceled, _broken);
    }

    // Completes the flush that waits if there is something to tell it, and ends the writing side when all is sent.
    private void Settle()
    {
        if (_waiting && (_queue is null || _canceled))
        {
            _waiting = false;
            _core.SetResult(Outcome());
        }

        if (_finishing && _queue is null)
        {
            connection.OnAllSent();
        }
    }

    private void Enqueue(ref Block? first, ref Block? last)
    {
        if (first is null)
        {
            return;
        }

        if (first.Filled == 0)
        {
            // Asked for and not used.
            BlockPool.Return(first);
            first = last = null;
            return;
        }

        if (_queue is null)
        {
            _queue = first;
            _queueStart = 0;
        }
        else
        {
            _queueLast!.Following = first;
        }

        _queueLast = last;
        first = last = null;
    }

    private void SendQueue()
    {
        while (_queue is not null)
        {
            if (_broken || connection.IsClosed)
            {
                Break();
                return;
            }

            nint count = _queue.Following is null
                ? LibC.Send(connection.Descriptor, _queue.At(_queueStart), (nuint)(_queue.Filled - _queueStart), Linux.NoSignal)
                : SendPieces();
            if (count < 0)
            {
                int error = Marshal.GetLastSystemError();
                if (error == Errno.Interrupted)
                {
                    continue;
                }

                if (error != Errno.Again)
                {
                    connection.OnSendFailed();
                    Break();
                }

                return;
            }

            if (!Consume(count))
            {
                // The socket is full: it says so when it has room again.
                return;
            }
        }
    }

    private nint SendPieces()
    {
        LibC.Piece* pieces = stackalloc LibC.Piece[MostPieces];
        nuint count = 0;
        int start = _queueStart;
        for (Block? block = _queue; block is not null && count < MostPieces; block = block.Following)
        {
            pieces[count++] = new LibC.Piece { Start = block.At(start), Length = (nuint)(block.Filled - start) };
            start = 0;
        }

        var message = new LibC.MessageHeader { Pieces = pieces, PieceCount = count };
        return LibC.SendMessage(connection.Descriptor, &message, Linux.NoSignal);
    }

    // Gives back the blocks that are sent; false when part of one is left.
    private bool Consume(nint count)
    {
        while (_queue is { } block)
        {
            int left = block.Filled - _queueStart;
            if (count < left)
            {
                _queueStart += (int)count;
                return false;
            }

            count -= left;
            _queue = block.Following;
            _queueStart = 0;
            BlockPool.Return(block);
            if (count == 0 && _queue is not null)
            {
                // Either there were more pieces than fit in one call, or the socket took exactly these: the next call tells.
                return true;
            }
        }

        _queueLast = null;
        return true;
    }

    private ReadOnlySpan<byte> SendFrom(ReadOnlySpan<byte> source)
    {
        fixed (byte* start = source)
        {
            nint count = source.IsEmpty || connection.IsClosed ? 0 : LibC.Send(connection.Descriptor, start, (nuint)source.Length, Linux.NoSignal);
            if (count >= 0)
            {
                return source[(int)count..];
            }

            // The socket is full, or it fails again on the way that reports it.
            return source;
        }
    }

    private void Break()
    {
        _broken = true;
        while (_queue is { } block)
        {
            _queue = block.Following;
            BlockPool.Return(block);
        }

        _queueLast = null;
    }
}
