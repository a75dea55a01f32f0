namespace FastGate.Benchmarks.Embedded;

/// <summary>A clock that stands still: no deadline passes and no timer rings, so a run depends on nothing but its input.</summary>
internal sealed class FrozenTime : TimeProvider
{
    private static readonly DateTimeOffset Moment = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long GetTimestamp() => TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => Moment;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new SilentTimer();

    private sealed class SilentTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
