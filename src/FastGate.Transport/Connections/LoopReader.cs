using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;
using FastGate.Transport.Loops;
using FastGate.Transport.Memory;
using FastGate.Transport.Native;
using Microsoft.AspNetCore.Connections;

namespace FastGate.Transport.Connections;

/// <summary>
/// What a connection's peer sends. The socket is received from only when somebody reads and the kernel has said that there is something,
/// so nothing is read ahead, an idle connection holds no memory, and a peer is held back by its own socket's window.
/// </summary>
/// <remarks>
/// The buffered octets belong to the reading flow, except while its read waits: then they belong to the loop, which receives and
/// completes the read. All that other threads may set are flags.
/// </remarks>
internal sealed class LoopReader(LoopConnection connection) : PipeReader, IValueTaskSource<ReadResult>
{
    // A block with less room than this is left as it is.
    private const int LeastRoom = 512;

    // After so many receives without a turn of the loop the others have their turn.
    private const int MostReceives = 16;

    private enum InputEnd : byte
    {
        Open,
        Finished,
        Reset,
    }

    private ManualResetValueTaskSourceCore<bool> _core;
    private CancellationTokenRegistration _registration;
    private CancellationToken _token;
    private Block? _first;
    private Block? _last;
    private int _start;
    private int _credit = MostReceives;
    private bool _unexamined;
    private bool _waiting;
    private bool _much;
    private bool _completed;
    private volatile InputEnd _end;
    private volatile bool _readable;
    private volatile bool _canceled;

    /// <summary>Whether nothing has come that was not read.</summary>
    internal bool IsQuiet => _first is null && !_readable && _end == InputEnd.Open;

    /// <summary>Whether octets are buffered.</summary>
    internal bool HoldsMemory => _first is not null;

    private bool IsReady => _unexamined || _canceled || _end != InputEnd.Open;

    /// <inheritdoc/>
    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_completed)
        {
            throw new InvalidOperationException("The reader has been completed.");
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<ReadResult>(cancellationToken);
        }

        if (TryTake(out ReadResult result))
        {
            return new ValueTask<ReadResult>(result);
        }

        _core.Reset();
        short version = _core.Version;
        _token = cancellationToken;
        if (!connection.IsOnLoop)
        {
            connection.Post(LoopTask.Read);
        }
        else
        {
            _waiting = true;
            if (_readable)
            {
                // There is more, but it is the others' turn.
                connection.Post(LoopTask.ContinueRead);
            }
        }

        if (cancellationToken.CanBeCanceled)
        {
            // Behind the post, so that the loop cannot be told of the cancellation before it knows the read.
            Register(cancellationToken, version);
        }

        return new ValueTask<ReadResult>(this, version);
    }

    /// <inheritdoc/>
    public override bool TryRead(out ReadResult result) =>
        _completed ? throw new InvalidOperationException("The reader has been completed.") : TryTake(out result);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    /// <inheritdoc/>
    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        if (_first is null)
        {
            return;
        }

        // Positions at the seam of two blocks can be told in two ways, so they are compared by their distance from the start.
        long end = _last!.RunningIndex + _last.Filled;
        _unexamined = IndexOf(examined) < end;
        long index = IndexOf(consumed);
        if (index >= end)
        {
            ReleaseAll();
            return;
        }

        var block = (Block)consumed.GetObject()!;
        int offset = consumed.GetInteger();
        if (offset == block.Filled)
        {
            block = block.Following!;
            offset = 0;
        }

        while (_first != block)
        {
            Block? next = _first!.Following;
            BlockPool.Return(_first);
            _first = next;
        }

        _start = offset;
    }

    /// <inheritdoc/>
    public override void CancelPendingRead() => connection.Post(LoopTask.CancelRead);

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        if (!_completed)
        {
            _completed = true;
            connection.Post(LoopTask.CompleteRead);
        }
    }

    /// <inheritdoc/>
    public ReadResult GetResult(short token)
    {
        if (_token.CanBeCanceled)
        {
            Unregister();
        }

        return Take(_core.GetResult(token));
    }

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>Something has come, or the peer's end. On the loop.</summary>
    internal void OnReadable()
    {
        _readable = true;
        _credit = MostReceives;
        if (_waiting)
        {
            Receive();
            Settle();
        }
    }

    /// <summary>A read waits. On the loop.</summary>
    internal void Wait()
    {
        _waiting = true;
        Continue();
    }

    /// <summary>The read that waits has its turn again; it may have ended meanwhile. On the loop.</summary>
    internal void Continue()
    {
        _credit = MostReceives;
        if (_waiting)
        {
            if (!IsReady && _readable)
            {
                Receive();
            }

            Settle();
        }
    }

    /// <summary>Ends the read that waits, or the next one. On the loop.</summary>
    internal void Cancel()
    {
        _canceled = true;
        Settle();
    }

    /// <summary>Ends a read whose token was cancelled, if it is still that one. On the loop.</summary>
    internal void Abandon(short version)
    {
        if (_waiting && _core.Version == version)
        {
            _waiting = false;
            _core.SetException(new OperationCanceledException(_token));
        }
    }

    /// <summary>Nobody reads any more. On the loop.</summary>
    internal void Finish()
    {
        ReleaseAll();
        End(InputEnd.Finished);
    }

    /// <summary>The connection is closed. On the loop.</summary>
    internal void OnClosed() => End(InputEnd.Reset);

    private static long IndexOf(SequencePosition position) => ((Block)position.GetObject()!).RunningIndex + position.GetInteger();

    private bool TryTake(out ReadResult result)
    {
        if (!IsReady && _readable && connection.IsOnLoop)
        {
            while (!IsReady && _readable && _credit-- > 0)
            {
                Receive();
            }
        }

        if (!IsReady)
        {
            result = default;
            return false;
        }

        bool canceled = _canceled;
        if (canceled)
        {
            _canceled = false;
        }

        result = Take(canceled);
        return true;
    }

    private ReadResult Take(bool canceled)
    {
        if (_end == InputEnd.Reset && !_unexamined && !canceled)
        {
            throw new ConnectionResetException(connection.ResetReason);
        }

        ReadOnlySequence<byte> buffer = _first is null ? default : new ReadOnlySequence<byte>(_first, _start, _last!, _last!.Filled);
        return new ReadResult(buffer, canceled, _end == InputEnd.Finished);
    }

    // Completes the read that waits if there is something to tell it.
    private void Settle()
    {
        if (!_waiting || !IsReady)
        {
            return;
        }

        _waiting = false;
        bool canceled = _canceled;
        _canceled = false;
        _core.SetResult(canceled);
    }

    private void End(InputEnd end)
    {
        if (_end == InputEnd.Open)
        {
            _end = end;
        }

        Settle();
    }

    private unsafe void Receive()
    {
        if (connection.IsClosed)
        {
            return;
        }

        _readable = false;
        Block block = _last is { } last && last.Room >= LeastRoom ? last : BlockPool.Rent(_much ? BlockPool.LargeSize : BlockPool.SmallSize);
        nint count;
        int error = 0;
        do
        {
            count = LibC.Receive(connection.Descriptor, block.End, (nuint)block.Room, 0);
        }
        while (count < 0 && (error = Marshal.GetLastSystemError()) == Errno.Interrupted);
        if (count > 0)
        {
            Take(block, (int)count);
            return;
        }

        if (block != _last)
        {
            BlockPool.Return(block);
        }

        if (count == 0)
        {
            _end = connection.WasReset() ? InputEnd.Reset : InputEnd.Finished;
        }
        else if (error != Errno.Again)
        {
            _end = InputEnd.Reset;
        }
    }

    private void Take(Block block, int count)
    {
        // A full block: there may be more. A block with room left: the socket was emptied, and what comes later is a new event; but an end
        // that was reported already is not reported again.
        bool full = count == block.Room;
        _readable = full || connection.PeerEnded;
        _much = full || count > BlockPool.SmallSize;
        if (block != _last)
        {
            if (_last is null)
            {
                _first = block;
                _start = 0;
            }
            else
            {
                _last.LinkForReading(block);
            }

            _last = block;
        }

        Debug.Assert(count <= block.Room, "The kernel wrote past the block.");
        block.Filled += count;
        _unexamined = true;
    }

    private void ReleaseAll()
    {
        while (_first is { } block)
        {
            _first = block.Following;
            BlockPool.Return(block);
        }

        _last = null;
        _start = 0;
        _unexamined = false;
    }

    private void Register(CancellationToken token, short version) => _registration = token.UnsafeRegister(
        static state =>
        {
            var (reader, version) = ((LoopReader, short))state!;
            reader.Post(LoopTask.AbandonRead, version);
        },
        (this, version));

    private void Unregister()
    {
        _registration.Dispose();
        _registration = default;
        _token = default;
    }

    private void Post(LoopTask task, int argument) => connection.Post(task, argument);
}
