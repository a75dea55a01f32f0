using System.Threading.Tasks.Sources;

namespace FastGate.Proxy.Connections;

/// <summary>
/// Lets one flow wait until any other tells it to look again. Being told while it does not wait is remembered, once. The one who tells
/// is not held up: the flow goes on on the thread pool. Allocates nothing.
/// </summary>
internal sealed class Wakeup : IValueTaskSource, IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Waiting = 1;
    private const int Signalled = 2;

    private ManualResetValueTaskSourceCore<bool> _core;
    private int _state;

    /// <summary>Ends the wait, or the next one at once. From any thread.</summary>
    internal void Set()
    {
        if (Interlocked.Exchange(ref _state, Signalled) == Waiting)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Waits. To be awaited once before it is called again; whoever wakes may have been woken for nothing.</summary>
    internal ValueTask WaitAsync()
    {
        _core.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle)
        {
            return new ValueTask(this, _core.Version);
        }

        Interlocked.Exchange(ref _state, Idle);
        return ValueTask.CompletedTask;
    }

    void IThreadPoolWorkItem.Execute()
    {
        // What is set from here on belongs to the next wait: the flow looks at everything after this.
        Interlocked.Exchange(ref _state, Idle);
        _core.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
