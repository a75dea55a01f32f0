namespace FastGate.Proxy.Time;

/// <summary>Turns a timer wheel at every tick while it is started.</summary>
internal abstract class Ticker : IDisposable
{
    /// <summary>Ticks begin; nothing happens when they have begun already.</summary>
    internal abstract void Start();

    /// <summary>Ticks end; one may still be under way.</summary>
    internal abstract void Stop();

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>
    /// The ticker for a clock: a thread of its own for the system's, since a pool thread that is woken every 10 ms spins for work each
    /// time before it sleeps again, which costs several hundred yields a tick; the clock's own timer for any other, so that tests can turn it.
    /// </summary>
    internal static Ticker Create(TimeProvider time, Action turn) => ReferenceEquals(time, TimeProvider.System) ? new ThreadTicker(turn) : new TimerTicker(time, turn);

    private sealed class ThreadTicker : Ticker
    {
        private readonly ManualResetEventSlim _started = new(false, spinCount: 0);
        private readonly Action _turn;
        private volatile bool _disposed;

        internal ThreadTicker(Action turn)
        {
            _turn = turn;
            new Thread(Run, maxStackSize: 256 * 1024) { IsBackground = true, Name = "timer wheel" }.Start();
        }

        internal override void Start() => _started.Set();

        internal override void Stop() => _started.Reset();

        public override void Dispose()
        {
            _disposed = true;
            _started.Set();
        }

        private void Run()
        {
            while (true)
            {
                _started.Wait();
                if (_disposed)
                {
                    return;
                }

                Thread.Sleep(TimerWheel.Tick);
                _turn();
            }
        }
    }

    private sealed class TimerTicker : Ticker
    {
        private readonly ITimer _timer;

        internal TimerTicker(TimeProvider time, Action turn) =>
            _timer = time.CreateTimer(static state => ((Action)state!)(), turn, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        internal override void Start() => _timer.Change(TimerWheel.Tick, TimerWheel.Tick);

        internal override void Stop() => _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public override void Dispose() => _timer.Dispose();
    }
}
