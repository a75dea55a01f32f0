using FastGate.Load.Measuring;

namespace FastGate.Load.Upstream;

/// <summary>Calls connections back at their moments, from one thread, with the precision of <see cref="Clock.SleepUntil"/>.</summary>
internal sealed class DelayQueue
{
    // A moment added meanwhile can only be this late at most, and that only while nothing else is due.
    private const long LongestSleep = Clock.Millisecond / 4;

    private readonly PriorityQueue<UpstreamConnection, long> _queue = new();
    private readonly SemaphoreSlim _notEmpty = new(0);
    private bool _sleepsDeep;

    /// <summary>Starts the thread, which lives as long as the process.</summary>
    public void Start() => new Thread(Run) { IsBackground = true, Name = "delays" }.Start();

    /// <summary><see cref="UpstreamConnection.OnDue"/> will be called at <paramref name="moment"/>.</summary>
    public void Add(UpstreamConnection connection, long moment)
    {
        lock (_queue)
        {
            _queue.Enqueue(connection, moment);
            if (_sleepsDeep)
            {
                _sleepsDeep = false;
                _notEmpty.Release();
            }
        }
    }

    private void Run()
    {
        Clock.SharpenThisThread();
        while (true)
        {
            long now = Clock.Now;
            long wake;
            UpstreamConnection? due = null;
            lock (_queue)
            {
                if (!_queue.TryPeek(out _, out wake))
                {
                    _sleepsDeep = true;
                }
                else if (wake <= now)
                {
                    due = _queue.Dequeue();
                }
            }

            if (due is not null)
            {
                due.OnDue();
            }
            else if (wake == 0)
            {
                _notEmpty.Wait();
            }
            else
            {
                Clock.SleepUntil(Math.Min(wake, now + LongestSleep));
            }
        }
    }
}
