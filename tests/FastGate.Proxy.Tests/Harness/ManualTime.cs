using System.Diagnostics;

namespace FastGate.Proxy.Tests.Harness;

/// <summary>A clock that stands still until a test moves it on.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private long _now = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(GetTimestamp(), TimeSpan.Zero);

    public override long GetTimestamp() => Volatile.Read(ref _now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock on and calls, on this thread, every timer that is due by then, once.</summary>
    internal void Advance(TimeSpan by)
    {
        List<Timer> due;
        lock (_lock)
        {
            Volatile.Write(ref _now, _now + by.Ticks);
            due = _timers.FindAll(timer => timer.Due <= _now);
            foreach (Timer timer in due)
            {
                timer.Due = timer.Period > 0 ? _now + timer.Period : long.MaxValue;
            }
        }

        due.ForEach(timer => timer.Fire());
    }

    /// <summary>
    /// Moves the clock on, step by step, until something has happened. For deadlines that the code under test sets at a moment no
    /// test can see from outside.
    /// </summary>
    internal async Task<T> AdvanceUntilAsync<T>(Task<T> happening, TimeSpan step)
    {
        long start = Stopwatch.GetTimestamp();
        while (!happening.IsCompleted)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience.Limit, "It did not happen however far the clock went.");
            Advance(step);
            await Task.WhenAny(happening, Task.Delay(2));
        }

        return await happening;
    }

    private sealed class Timer(ManualTime clock, TimerCallback callback, object? state) : ITimer
    {
        internal long Due { get; set; } = long.MaxValue;

        internal long Period { get; private set; }

        internal void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                Due = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : clock._now + dueTime.Ticks;
                Period = period == Timeout.InfiniteTimeSpan ? 0 : period.Ticks;
                clock._timers.Add(this);
            }

            return true;
        }

        public void Dispose()
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
