using FastGate.Proxy.Views;
using FastGate.Routing.Timing;

namespace FastGate.Proxy.Measurement;

/// <summary>
/// The newest events, numbered from 1, for any number of readers who each come when they can: a reader is only a number it has read up to.
/// What falls out of the history before a reader comes is lost to it, so nobody can hold anybody else up.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class EventFeed(TimeProvider time)
{
    /// <summary>How many events are kept.</summary>
    internal const int Kept = 1024;

    /// <summary>Failovers told in a second; more are counted in the next one. A storm of them must not push the state changes out of the history.</summary>
    internal const int FailoversPerSecond = 50;

    private readonly Lock _lock = new();
    private readonly GatewayEvent?[] _ring = new GatewayEvent?[Kept];
    private readonly MonotonicClock _clock = new(time);
    private TaskCompletionSource? _awaited;
    private long _newest;
    private long _failoverSecond;
    private int _failovers;
    private int _untold;

    /// <summary>The number of the newest event; 0 for none.</summary>
    internal long Newest => Volatile.Read(ref _newest);

    /// <summary>Adds an event.</summary>
    internal void Publish(GatewayEvent item)
    {
        TaskCompletionSource? awaited;
        lock (_lock)
        {
            awaited = Add(item);
        }

        // Readers continue on the pool, never here.
        awaited?.TrySetResult();
    }

    /// <summary>Adds a failover, unless there were too many within a second.</summary>
    internal void PublishFailover(string route, string from, string to, string reason, string requestId)
    {
        TaskCompletionSource? awaited = null;
        lock (_lock)
        {
            long second = _clock.NowTicks / TimeSpan.TicksPerSecond;
            if (second != _failoverSecond)
            {
                _failoverSecond = second;
                _failovers = 0;
            }

            if (_failovers++ < FailoversPerSecond)
            {
                awaited = Add(new FailoverEvent(route, from, to, reason, requestId, _untold));
                _untold = 0;
            }
            else
            {
                _untold++;
            }
        }

        awaited?.TrySetResult();
    }

    /// <summary>The events behind a number, oldest first.</summary>
    /// <param name="after">The number of the last event that was read; 0 for none.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="missed">How many of them are not kept any more.</param>
    internal GatewayEvent[] Read(long after, int most, out long missed)
    {
        lock (_lock)
        {
            long first = Math.Max(after + 1, _newest - Kept + 1);
            missed = Math.Max(first - after - 1, 0);
            long count = Math.Clamp(_newest - first + 1, 0, most);
            var events = new GatewayEvent[count];
            for (int i = 0; i < events.Length; i++)
            {
                events[i] = _ring[(first + i) % Kept]!;
            }

            return events;
        }
    }

    /// <summary>Ends when there is an event behind a number.</summary>
    internal Task WaitAsync(long after)
    {
        lock (_lock)
        {
            return _newest > after
                ? Task.CompletedTask
                : (_awaited ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private TaskCompletionSource? Add(GatewayEvent item)
    {
        item.At = time.GetUtcNow();
        item.Number = _newest + 1;
        _ring[item.Number % Kept] = item;
        Volatile.Write(ref _newest, item.Number);
        TaskCompletionSource? awaited = _awaited;
        _awaited = null;
        return awaited;
    }
}
