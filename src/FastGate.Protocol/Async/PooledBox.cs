using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace FastGate.Protocol.Async;

/// <summary>The task side of a suspended async method: awaited once, then free for the next.</summary>
/// <typeparam name="TResult">The result of the method.</typeparam>
internal abstract class PooledBox<TResult> : IValueTaskSource<TResult>, IValueTaskSource
{
    // RunContinuationsAsynchronously stays false: whoever awaits is continued inline.
    private ManualResetValueTaskSourceCore<TResult> _core;

    /// <summary>Resumes the method. One delegate for the life of the box.</summary>
    public Action MoveNextAction { get; protected init; } = static () => throw new UnreachableException();

    public short Version => _core.Version;

    public void SetResult(TResult result) => _core.SetResult(result);

    public void SetException(Exception exception) => _core.SetException(exception);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        // Completed by another thread since the awaiter looked. The core would hand the continuation to the thread pool: an allocation,
        // and a request that goes on where nothing is warm. Whoever suspends has only to return, so it can run here.
        if (_core.GetStatus(token) != ValueTaskSourceStatus.Pending)
        {
            continuation(state);
            return;
        }

        _core.OnCompleted(continuation, state, token, flags);
    }

    public TResult GetResult(short token)
    {
        // Asked twice, or too early: a fault of the caller, which must not give back a box that others hold.
        if (_core.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("The result of a pooled task was taken before the task completed.");
        }

        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            Return();
        }
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    /// <summary>Gives the box back; the result has been taken and all earlier tokens are void.</summary>
    protected abstract void Return();
}

/// <summary>For a method that failed before it ever suspended; not pooled.</summary>
/// <typeparam name="TResult">The result of the method.</typeparam>
internal sealed class FaultBox<TResult> : PooledBox<TResult>
{
    protected override void Return()
    {
    }
}

/// <summary>Holds the state of a suspended async method.</summary>
/// <typeparam name="TStateMachine">The state of the method.</typeparam>
/// <typeparam name="TResult">The result of the method.</typeparam>
internal sealed class PooledBox<TStateMachine, TResult> : PooledBox<TResult>
    where TStateMachine : IAsyncStateMachine
{
    // Here and not in a pool of its own: a pool of boxes would be a generic over a class, one code for all kinds, which has to look its
    // own statics up. State machines are structs, so this code exists once for each of them and knows where they are. No initializers:
    // they would be asked for at every access.
    [ThreadStatic]
    private static BoxStack? _local;

    public TStateMachine StateMachine = default!;
    private bool _rented;

    private PooledBox()
    {
        MoveNextAction = MoveNext;
    }

    public static PooledBox<TStateMachine, TResult> Rent()
    {
        BoxStack local = _local ?? MakeLocal();
        PooledBox<TStateMachine, TResult> box = Unsafe.As<PooledBox<TStateMachine, TResult>?>(local.TryPop()) ?? new PooledBox<TStateMachine, TResult>();
        box.MarkRented();
        return box;
    }

    protected override void Return()
    {
        MarkReturned();

        // The state may be still on the stack below, in a MoveNext that has nothing left to do but return.
        StateMachine = default!;
        (_local ?? MakeLocal()).Push(this);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static BoxStack MakeLocal() => _local = new BoxStack(Shared.Store);

    private void MoveNext() => StateMachine.MoveNext();

    [Conditional("DEBUG")]
    private void MarkRented() => Debug.Assert(!Interlocked.Exchange(ref _rented, true), "A box in the pool is in use.");

    [Conditional("DEBUG")]
    private void MarkReturned() => Debug.Assert(Interlocked.Exchange(ref _rented, false), "A box was returned twice.");

    private static class Shared
    {
        internal static readonly BoxStore Store = new();
    }
}
