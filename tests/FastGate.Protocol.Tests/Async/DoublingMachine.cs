using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;

namespace FastGate.Protocol.Tests.Async;

/// <summary>
/// What the compiler makes of <c>return 2 * await source.Wait()</c> in a release build. In a debug build it makes classes, which would
/// allocate and hide what the builder does.
/// </summary>
internal struct DoublingMachine : IAsyncStateMachine
{
    private PooledTaskBuilder<int> _builder;
    private ManualSource? _source;
    private int _ready;
    private bool _suspended;
    private ValueTaskAwaiter<int> _awaiter;

    public static ValueTask<int> Run(ManualSource source) => Run(new DoublingMachine { _source = source });

    public static ValueTask<int> RunReady(int value) => Run(new DoublingMachine { _ready = value });

    public void MoveNext()
    {
        int result;
        try
        {
            if (!_suspended)
            {
                _awaiter = (_source is null ? new ValueTask<int>(_ready) : _source.Wait()).GetAwaiter();
                if (!_awaiter.IsCompleted)
                {
                    _suspended = true;
                    ValueTaskAwaiter<int> awaiter = _awaiter;
                    _builder.AwaitUnsafeOnCompleted(ref awaiter, ref this);
                    return;
                }
            }

            result = 2 * _awaiter.GetResult();
        }
        catch (FormatException exception)
        {
            _builder.SetException(exception);
            return;
        }

        _builder.SetResult(result);
    }

    public readonly void SetStateMachine(IAsyncStateMachine stateMachine)
    {
    }

    private static ValueTask<int> Run(DoublingMachine machine)
    {
        machine._builder = PooledTaskBuilder<int>.Create();
        machine._builder.Start(ref machine);
        return machine._builder.Task;
    }
}
