using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace FastGate.Protocol.Async;

/// <summary>
/// Builds a <see cref="ValueTask{TResult}"/> for an async method whose state, once it really suspends, lives in a pooled object:
/// put <c>[AsyncMethodBuilder(typeof(PooledTaskBuilder&lt;&gt;))]</c> on the method.
/// </summary>
/// <remarks>
/// <para>The runtime's own pooling builder keeps one object per method, thread and core, so thousands of connections suspended in the same
/// method allocate again and again. This one keeps as many as were ever needed at once, up to the bounds of <see cref="BoxStack"/> and <see cref="BoxStore"/>.</para>
/// <para>Unlike the runtime's it does not carry the execution context: an <see cref="AsyncLocal{T}"/> set by the caller is not seen after a
/// suspension, and one set in the method before it suspends for the first time leaks to the caller. The data plane uses none.</para>
/// <para>Whoever awaits the task is continued inline, on the thread that completes the method. As with any pooled task it must be awaited
/// exactly once. A task that is never awaited costs its object (which is collected), nothing else.</para>
/// <para>A method that completes without suspending takes no object.</para>
/// </remarks>
/// <typeparam name="TResult">The result of the method.</typeparam>
public struct PooledTaskBuilder<TResult>
{
    // Null while the method has not suspended nor failed. Part of the state machine, so it is set before that is moved to its box.
    private PooledBox<TResult>? _box;
    private TResult _result;

    /// <summary>The task; the compiler asks for it once, after <see cref="Start"/>.</summary>
    public readonly ValueTask<TResult> Task => _box is null ? new ValueTask<TResult>(_result) : new ValueTask<TResult>(_box, _box.Version);

    internal readonly PooledBox<TResult>? Box => _box;

    /// <summary>Called by the compiler: makes a builder.</summary>
    public static PooledTaskBuilder<TResult> Create() => default;

    /// <summary>Called by the compiler: runs the method up to its first suspension.</summary>
    /// <typeparam name="TStateMachine">The state of the method.</typeparam>
    /// <param name="stateMachine">The state of the method.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => stateMachine.MoveNext();

    /// <summary>Called by the compiler; does nothing, as state machines are never boxed by anyone else.</summary>
    /// <param name="stateMachine">The state of the method.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public readonly void SetStateMachine(IAsyncStateMachine stateMachine)
    {
    }

    /// <summary>Called by the compiler: the method returned.</summary>
    /// <param name="result">What it returned.</param>
    public void SetResult(TResult result)
    {
        if (_box is null)
        {
            _result = result;
        }
        else
        {
            // Runs the continuation, which may already reuse the box that this builder is a part of: touch nothing after it.
            _box.SetResult(result);
        }
    }

    /// <summary>Called by the compiler: the method threw. An <see cref="OperationCanceledException"/> makes the task a canceled one.</summary>
    /// <param name="exception">What it threw.</param>
    public void SetException(Exception exception)
    {
        // Without a suspension there is no box, and the type of one is not known here: failures may allocate.
        _box ??= new FaultBox<TResult>();
        _box.SetException(exception);
    }

    /// <summary>Called by the compiler: the method suspends.</summary>
    /// <typeparam name="TAwaiter">What it waits on.</typeparam>
    /// <typeparam name="TStateMachine">The state of the method.</typeparam>
    /// <param name="awaiter">What it waits on.</param>
    /// <param name="stateMachine">The state of the method.</param>
    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine
        => awaiter.OnCompleted(Suspend(ref stateMachine));

    /// <summary>Called by the compiler: the method suspends.</summary>
    /// <typeparam name="TAwaiter">What it waits on.</typeparam>
    /// <typeparam name="TStateMachine">The state of the method.</typeparam>
    /// <param name="awaiter">What it waits on.</param>
    /// <param name="stateMachine">The state of the method.</param>
    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine
        => awaiter.UnsafeOnCompleted(Suspend(ref stateMachine));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Action Suspend<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
        => _box is null ? Move(ref stateMachine) : _box.MoveNextAction;

    private Action Move<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine
    {
        var box = PooledBox<TStateMachine, TResult>.Rent();

        // `this` lies within the state machine, so the copy must be made after the box is known to it.
        _box = box;
        box.StateMachine = stateMachine;
        return box.MoveNextAction;
    }
}
