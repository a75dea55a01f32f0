using FastGate.Load.Measuring;
using FastGate.Load.Reporting;

namespace FastGate.Load.Client;

/// <summary>
/// One run: opens the connections, paces the requests, closes the measured window, waits for the last answers.
/// In an open loop a request that is due takes a free connection; when there is none it waits, and the connection
/// that becomes free first takes it. In a closed loop every connection begins the next request as the last one ends.
/// </summary>
internal sealed class LoadRun(RunOptions options)
{
    // With no free connection the pacing thread has nothing to do: connections take what is due themselves.
    private const long BacklogNap = Clock.Millisecond / 5;
    private const long TimeoutScan = 50 * Clock.Millisecond;

    private readonly Stack<LoadConnection> _idle = new(options.Connections);
    private readonly LoadConnection[] _connections = new LoadConnection[options.Connections];
    private readonly TaskCompletionSource _allSettled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private OpenLoopSchedule _schedule;
    private long _windowStart;
    private long _windowEnd;
    private long _issued;
    private long _total;
    private int _inFlight;
    private int _unsettled;
    private int _opened;
    private volatile string? _openFault;
    private bool _isRunning;
    private long _nextTimeoutScan;
    private readonly List<LoadConnection> _resting = [];

    /// <summary>Guards the state of the run and of its connections.</summary>
    public object Gate { get; } = new();

    /// <summary>What the run was asked to do.</summary>
    public RunOptions Options => options;

    /// <summary>What has been counted.</summary>
    public Tally Tally { get; } = new();

    /// <summary>Bytes that arrived on connections with no request in flight.</summary>
    public long UnsolicitedReads { get; private set; }

    /// <summary>Runs to the end on this thread, which becomes the pacing thread.</summary>
    /// <exception cref="LoadException">Not one connection could be opened.</exception>
    public RunReport Run()
    {
        // 1. Connections first, so that the schedule does not begin with a storm of handshakes.
        _unsettled = _connections.Length;
        for (int i = 0; i < _connections.Length; i++)
        {
            _connections[i] = new LoadConnection(this);
        }

        foreach (LoadConnection connection in _connections)
        {
            connection.OpenAhead();
        }

        _allSettled.Task.Wait(options.Timeout);
        if (Volatile.Read(ref _opened) == 0)
        {
            throw new LoadException($"cannot connect to {options.EndPoint}: {_openFault ?? "no answer in time"}");
        }

        // 2. The schedule and its window.
        Clock.SharpenThisThread();
        long start = Clock.Now + Clock.Millisecond;
        _windowStart = start + Nanoseconds(options.Warmup);
        _windowEnd = _windowStart + Nanoseconds(options.Duration);
        Tally.SetWindow(_windowStart, _windowEnd);
        bool isOpenLoop = options.Rate > 0;
        if (isOpenLoop)
        {
            _schedule = new OpenLoopSchedule(start, options.Rate);
            _total = _schedule.CountBefore(_windowEnd);
        }

        lock (Gate)
        {
            _isRunning = true;
        }

        if (isOpenLoop)
        {
            for (int i = _connections.Length - 1; i >= 0; i--)
            {
                _idle.Push(_connections[i]);
            }
        }
        else
        {
            StartAll(start);
        }

        // 3. Load.
        Pace(_windowStart, isOpenLoop);
        var before = UsageMark.Take(options.Pids);
        Pace(_windowEnd, isOpenLoop);
        var after = UsageMark.Take(options.Pids);

        // 4. The last answers; then whoever is still waiting has waited in vain.
        long deadline = _windowEnd + Nanoseconds(options.Timeout);
        while (Clock.Now < deadline && !IsDrained())
        {
            Pace(Math.Min(deadline, Clock.Now + Clock.Millisecond), isOpenLoop);
        }

        Finish(Clock.Now);
        return new RunReport(options, Tally, before, after, UnsolicitedReads);
    }

    /// <summary>Called once per connection attempt made ahead; later calls change nothing.</summary>
    public void Settled(bool opened, string? fault)
    {
        if (Volatile.Read(ref _unsettled) <= 0)
        {
            return;
        }

        if (opened)
        {
            Interlocked.Increment(ref _opened);
        }
        else
        {
            _openFault = fault;
        }

        if (Interlocked.Decrement(ref _unsettled) == 0)
        {
            _allSettled.TrySetResult();
        }
    }

    /// <summary>Under the lock: a connection is free. Reserves the next request on it and answers true when one is due.</summary>
    public bool TakeNext(LoadConnection connection, long now)
    {
        _inFlight--;
        if (!_isRunning)
        {
            return false;
        }

        if (options.Rate > 0)
        {
            if (_issued < _total)
            {
                long intended = _schedule.IntendedStart(_issued);
                if (intended <= now)
                {
                    Take(connection, intended, now);
                    return true;
                }
            }

            _idle.Push(connection);
            return false;
        }

        if (now >= _windowEnd)
        {
            return false;
        }

        Take(connection, now, now);
        return true;
    }

    /// <summary>
    /// Under the lock: a connection is free, but opening it has just failed. The pacing thread tries it again: a next
    /// attempt from here would be a storm of connects, and a recursion when they fail at once.
    /// </summary>
    public void Rest(LoadConnection connection)
    {
        _inFlight--;
        if (options.Rate > 0)
        {
            _idle.Push(connection);
        }
        else
        {
            _resting.Add(connection);
        }
    }

    /// <summary>Under the lock: bytes came that no request had asked for.</summary>
    public void Unsolicited() => UnsolicitedReads++;

    private static long Nanoseconds(TimeSpan span) => span.Ticks * 100;

    private void Take(LoadConnection connection, long intended, long now)
    {
        _issued++;
        _inFlight++;
        connection.Reserve(intended, now);
    }

    private void StartAll(long start)
    {
        // Streams that begin together would deliver every event together, and ten thousand of them would knock at once: their starts are
        // spread over most of the warm-up.
        long spread = options.Stream ? Nanoseconds(options.Warmup) * 6 / 10 / _connections.Length : 0;
        for (int i = 0; i < _connections.Length; i++)
        {
            LoadConnection connection = _connections[i];
            Clock.SleepUntil(start + (i * spread));
            lock (Gate)
            {
                long now = Clock.Now;
                Take(connection, now, now);
            }

            connection.Start();
        }
    }

    private bool IsDrained()
    {
        lock (Gate)
        {
            return _inFlight == 0 && _issued >= _total;
        }
    }

    private void Pace(long until, bool isOpenLoop)
    {
        for (long now = Clock.Now; now < until; now = Clock.Now)
        {
            long wake = Math.Min(until, now + TimeoutScan);
            if (isOpenLoop && _issued < _total)
            {
                long next = _schedule.IntendedStart(Volatile.Read(ref _issued));
                wake = next > now ? Math.Min(wake, next)
                    : TryStartOne(now) ? now
                    : Math.Min(wake, now + BacklogNap);
            }

            if (now >= _nextTimeoutScan)
            {
                ScanTimeouts(now);
                WakeResting(now);
                _nextTimeoutScan = now + TimeoutScan;
            }

            if (wake > now)
            {
                Clock.SleepUntil(wake);
            }
        }
    }

    private bool TryStartOne(long now)
    {
        LoadConnection? connection;
        lock (Gate)
        {
            long intended = _schedule.IntendedStart(_issued);
            if (_issued >= _total || intended > now || !_idle.TryPop(out connection))
            {
                return false;
            }

            if (Tally.IsInWindow(intended))
            {
                Tally.SendLag.Record(now - intended);
            }

            Take(connection, intended, now);
        }

        connection.Start();
        return true;
    }

    private void ScanTimeouts(long now)
    {
        long limit = now - Nanoseconds(options.Timeout);
        foreach (LoadConnection connection in _connections)
        {
            bool more;
            lock (Gate)
            {
                if (!connection.IsBusy || connection.BegunAt > limit)
                {
                    continue;
                }

                connection.GiveUp("timeout", now);
                more = TakeNext(connection, now);
            }

            if (more)
            {
                connection.Start();
            }
        }
    }

    private void WakeResting(long now)
    {
        // Those that fail at once come back to the list: each gets one attempt per scan.
        for (int attempts = _resting.Count; attempts > 0; attempts--)
        {
            LoadConnection connection;
            lock (Gate)
            {
                if (_resting.Count == 0 || now >= _windowEnd)
                {
                    return;
                }

                connection = _resting[0];
                _resting.RemoveAt(0);
                Take(connection, now, now);
            }

            connection.Start();
        }
    }

    private void Finish(long now)
    {
        lock (Gate)
        {
            _isRunning = false;
            foreach (LoadConnection connection in _connections)
            {
                if (connection.IsBusy)
                {
                    connection.GiveUp("timeout", now);
                }

                connection.Drop();
            }

            // Due but never sent, because no connection became free: they waited as well.
            for (; _issued < _total; _issued++)
            {
                Tally.RequestFailed("unsent", _schedule.IntendedStart(_issued), now, waited: true);
            }
        }
    }
}
