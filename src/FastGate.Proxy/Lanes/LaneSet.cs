using System.Runtime.CompilerServices;
using FastGate.Protocol.Async;
using FastGate.Proxy.Connections;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Time;
using FastGate.Routing.Planning;

namespace FastGate.Proxy.Lanes;

/// <summary>
/// The attempts of one client's connection that are under way at the same time, the hedge that may start another one, and the deadline of a
/// client whose attempts go on behind it. Moved by the one flow that serves the request. The first lane is always there; others are made
/// when they are first needed.
/// </summary>
internal sealed class LaneSet(TimerWheel wheel, ConnectionSignal connection, ProxyMetrics metrics)
{
    private const int ClockNumber = FallbackCursor.MaximumHops;

    private readonly Arrivals _arrivals = new();
    private readonly Lane?[] _lanes = new Lane?[FallbackCursor.MaximumHops];
    private Clock? _clock;
    private long _hedgeTick = TimerEntry.Never;
    private long _deadlineTick = TimerEntry.Never;
    private uint _arrived;

    /// <summary>How many attempts are under way.</summary>
    internal int UnderWay { get; private set; }

    /// <summary>Whether the hedge's time has come.</summary>
    internal bool HedgeIsDue => _hedgeTick != TimerEntry.Never && wheel.Now >= _hedgeTick;

    /// <summary>Whether the client's deadline has passed.</summary>
    internal bool IsLate => _deadlineTick != TimerEntry.Never && wheel.Now >= _deadlineTick;

    /// <summary>Whether one of the attempts has the head of a whole answer, which is all that a deadline asks for.</summary>
    internal bool HasHead
    {
        get
        {
            foreach (Lane? lane in _lanes)
            {
                if (lane is { IsUnderWay: true, HasHead: true })
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>A lane that nothing runs in, the first if possible.</summary>
    internal Lane Free()
    {
        for (int i = 0; ; i++)
        {
            Lane lane = _lanes[i] ??= new Lane(i, wheel, connection, metrics, _arrivals);
            if (!lane.IsUnderWay)
            {
                return lane;
            }
        }
    }

    /// <summary>Begins an attempt in a free lane.</summary>
    internal void Start(Lane lane, long startTick)
    {
        UnderWay++;
        lane.Start(startTick);
    }

    /// <summary>
    /// An attempt that has come to its end; null: none has, but the hedge is due or the deadline has passed. Waits for one of these.
    /// </summary>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder<>))]
    internal async ValueTask<Lane?> NextAsync()
    {
        while (true)
        {
            while (_arrived != 0)
            {
                int number = Arrivals.TakeFirst(ref _arrived);
                if (number < ClockNumber)
                {
                    Lane lane = _lanes[number]!;
                    UnderWay--;
                    lane.Finish();
                    return lane;
                }

                // What was disarmed when the clock struck, or belongs to a request before this one, is not due.
                if (HedgeIsDue || IsLate)
                {
                    return null;
                }
            }

            _arrived = await _arrivals.WaitAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The hedge is due after this long from now.</summary>
    internal void ArmHedge(TimeSpan after)
    {
        _hedgeTick = wheel.Now + TimerWheel.TicksOf(after);
        SetClock();
    }

    /// <summary>No hedge is due any more.</summary>
    internal void DisarmHedge()
    {
        if (_hedgeTick != TimerEntry.Never)
        {
            _hedgeTick = TimerEntry.Never;
            SetClock();
        }
    }

    /// <summary>The client waits this long, counted from a tick.</summary>
    internal void ArmDeadline(TimeSpan deadline, long since)
    {
        _deadlineTick = since + TimerWheel.TicksOf(deadline);
        SetClock();
    }

    /// <summary>The client has been answered, or the deadline does not count any more.</summary>
    internal void DisarmDeadline()
    {
        if (_deadlineTick != TimerEntry.Never)
        {
            _deadlineTick = TimerEntry.Never;
            SetClock();
        }
    }

    /// <summary>What is under way is not wanted any more: its connections are closed at once.</summary>
    internal void Abandon()
    {
        if (UnderWay > 0)
        {
            foreach (Lane? lane in _lanes)
            {
                if (lane is { IsUnderWay: true })
                {
                    lane.Abandon();
                }
            }
        }
    }

    /// <summary>The cursor is told that what is under way was beaten.</summary>
    internal void Forget(ref FallbackCursor cursor, long now)
    {
        foreach (Lane? lane in _lanes)
        {
            if (lane is { IsUnderWay: true })
            {
                cursor.Abandon(lane.Decision.Slot, now);
            }
        }
    }

    /// <summary>Waits for the end of what was abandoned: until then it may still read the request.</summary>
    [AsyncMethodBuilder(typeof(PooledTaskBuilder))]
    internal async ValueTask DrainAsync()
    {
        while (UnderWay > 0)
        {
            Lane? lane = await NextAsync().ConfigureAwait(false);
            lane?.Close();
        }
    }

    /// <summary>Ends every use of a connection and every deadline, at the end of a request.</summary>
    internal void End()
    {
        DisarmHedge();
        DisarmDeadline();
        foreach (Lane? lane in _lanes)
        {
            if (lane is null)
            {
                return;
            }

            lane.Attempt.Cancel();
            lane.Signal.Disarm();
        }
    }

    private void SetClock()
    {
        if (_clock is null)
        {
            _clock = new Clock(_arrivals);
            connection.Own(_clock);
        }

        wheel.ArmAt(_clock, Math.Min(_hedgeTick, _deadlineTick));
    }

    // What goes on when it strikes begins a call or answers the client: not on the wheel's thread.
    private sealed class Clock(Arrivals arrivals) : TimerEntry
    {
        protected internal override void OnDeadline() => arrivals.PostElsewhere(ClockNumber);
    }
}
