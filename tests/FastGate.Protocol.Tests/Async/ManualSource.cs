using System.Threading.Tasks.Sources;

namespace FastGate.Protocol.Tests.Async;

/// <summary>Something to wait on that allocates nothing: completed by hand, usable again after each wait.</summary>
internal sealed class ManualSource : IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> _core;

    public ValueTask<int> Wait() => new(this, _core.Version);

    public void Complete(int value) => _core.SetResult(value);

    public void Fail(Exception exception) => _core.SetException(exception);

    public int GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
        => _core.OnCompleted(continuation, state, token, flags);
}
