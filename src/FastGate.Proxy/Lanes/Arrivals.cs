using System.Diagnostics;
using System.Numerics;
using System.Threading.Tasks.Sources;

namespace FastGate.Proxy.Lanes;

/// <summary>
/// Lets one flow wait for the first of several events, each a bit of its own. What happens while nobody waits is kept for the next wait.
/// Posted from any thread, awaited by one flow at a time; without a lock, and without allocation unless the wait is ended elsewhere
/// (<see cref="PostElsewhere"/>).
/// </summary>
internal sealed class Arrivals : IValueTaskSource<uint>
{
    // No event: somebody waits.
    private const uint Waiting = 1U << 31;

    private ManualResetValueTaskSourceCore<uint> _core;
    private uint _state;

    /// <summary>The event has happened. The flow that waits goes on within this call.</summary>
    /// <param name="number">0 to 30.</param>
    internal void Post(int number) => Post(1U << number, elsewhere: false);

    /// <summary>The same, but the flow that waits goes on on the thread pool.</summary>
    /// <param name="number">0 to 30.</param>
    internal void PostElsewhere(int number) => Post(1U << number, elsewhere: true);

    /// <summary>The events since the last wait, at least one; waits for one if there are none. To be awaited once before it is called again.</summary>
    internal ValueTask<uint> WaitAsync()
    {
        _core.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, 0) == 0)
        {
            return new ValueTask<uint>(this, _core.Version);
        }

        uint seen = Interlocked.Exchange(ref _state, 0);
        Debug.Assert(seen != 0 && (seen & Waiting) == 0, "Only one flow waits.");
        return ValueTask.FromResult(seen);
    }

    /// <summary>Takes the lowest event out of a set.</summary>
    internal static int TakeFirst(ref uint events)
    {
        int number = BitOperations.TrailingZeroCount(events);
        events &= events - 1;
        return number;
    }

    private void Post(uint bit, bool elsewhere)
    {
        while (true)
        {
            uint seen = Volatile.Read(ref _state);
            bool ends = seen == Waiting;
            if (Interlocked.CompareExchange(ref _state, ends ? 0 : seen | bit, seen) == seen)
            {
                if (ends)
                {
                    _core.RunContinuationsAsynchronously = elsewhere;
                    _core.SetResult(bit);
                }

                return;
            }
        }
    }

    uint IValueTaskSource<uint>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<uint>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<uint>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
