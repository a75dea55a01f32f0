using System.ComponentModel;
using System.Runtime.CompilerServices;

namespace FastGate.Protocol.Async;

/// <summary>
/// <see cref="PooledTaskBuilder{TResult}"/> for methods that return a plain <see cref="ValueTask"/>:
/// put <c>[AsyncMethodBuilder(typeof(PooledTaskBuilder))]</c> on the method. What is said there holds here.
/// </summary>
public struct PooledTaskBuilder
{
    private PooledTaskBuilder<Nothing> _inner;

    /// <summary>The task; the compiler asks for it once, after <see cref="Start"/>.</summary>
    public readonly ValueTask Task => _inner.Box is { } box ? new ValueTask(box, box.Version) : default;

    /// <summary>Called by the compiler: makes a builder.</summary>
    public static PooledTaskBuilder Create() => default;

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
    public void SetResult() => _inner.SetResult(default);

    /// <summary>Called by the compiler: the method threw.</summary>
    /// <param name="exception">What it threw.</param>
    public void SetException(Exception exception) => _inner.SetException(exception);

    /// <summary>Called by the compiler: the method suspends.</summary>
    /// <typeparam name="TAwaiter">What it waits on.</typeparam>
    /// <typeparam name="TStateMachine">The state of the method.</typeparam>
    /// <param name="awaiter">What it waits on.</param>
    /// <param name="stateMachine">The state of the method.</param>
    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine
        => _inner.AwaitOnCompleted(ref awaiter, ref stateMachine);

    /// <summary>Called by the compiler: the method suspends.</summary>
    /// <typeparam name="TAwaiter">What it waits on.</typeparam>
    /// <typeparam name="TStateMachine">The state of the method.</typeparam>
    /// <param name="awaiter">What it waits on.</param>
    /// <param name="stateMachine">The state of the method.</param>
    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine
        => _inner.AwaitUnsafeOnCompleted(ref awaiter, ref stateMachine);

    private readonly struct Nothing;
}
