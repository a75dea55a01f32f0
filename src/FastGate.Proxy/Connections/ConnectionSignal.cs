using System.IO.Pipelines;
using FastGate.Proxy.Time;
using FastGate.Proxy.Upstream;

namespace FastGate.Proxy.Connections;

/// <summary>
/// Ends a connection's waits: when a deadline passes, when the client has gone, when the gateway drains. One per client connection;
/// a request arms it for each phase, so no request needs a timer or a cancellation source of its own.
/// </summary>
/// <remarks>
/// It ends a wait by cancelling the pending read or flush of every pipe the connection may be waiting on. A pipe remembers a
/// cancellation that met no wait, so a later read may report one for nothing: whoever is woken looks at <see cref="Expired"/> and
/// <see cref="ClientGone"/>, and otherwise waits again.
/// Flushes are ended below TLS, at the transport: a cancelled flush of the encrypting stream would lose what it was given, while the
/// transport keeps it and merely stops waiting for the peer.
/// </remarks>
internal sealed class ConnectionSignal(TimerWheel wheel) : TimerEntry
{
    private PipeReader? _input;
    private PipeWriter? _output;
    private UpstreamConnection? _upstream;
    private long _armed = Never;
    private long _limit = Never;
    private volatile bool _clientGone;

    /// <summary>Whether the armed deadline, or the request's own limit, has passed.</summary>
    internal bool Expired => _armed != Never && wheel.Now >= _armed;

    /// <summary>Whether the request's own limit (not just the phase's) has passed.</summary>
    internal bool LimitExpired => _limit != Never && wheel.Now >= _limit;

    /// <summary>Whether the client's side of the connection has ended.</summary>
    internal bool ClientGone => _clientGone;

    /// <summary>Whether whoever waits should give up.</summary>
    internal bool ShouldStop => _clientGone || Expired;

    /// <summary>The current tick of the wheel.</summary>
    internal long Now => wheel.Now;

    /// <summary>Sets what the connection reads on the client's side, and the transport's end of what it writes there.</summary>
    internal void Attach(PipeReader input, PipeWriter transportOutput)
    {
        _input = input;
        _output = transportOutput;
    }

    /// <summary>Sets the upstream connection whose pipes the request waits on, or null.</summary>
    internal void Watch(UpstreamConnection? upstream) => Volatile.Write(ref _upstream, upstream);

    /// <summary>Gives the current phase this long, but never longer than the limit allows.</summary>
    internal void Arm(TimeSpan duration)
    {
        long tick = duration == Timeout.InfiniteTimeSpan ? Never : wheel.Now + TimerWheel.TicksOf(duration);
        _armed = Math.Min(tick, _limit);
        wheel.ArmAt(this, _armed);
    }

    /// <summary>Sets a limit over several phases; infinite takes it away. The next <see cref="Arm"/> obeys it.</summary>
    internal void Limit(TimeSpan duration) => Limit(duration, wheel.Now);

    /// <summary>The same, counted from an earlier tick.</summary>
    internal void Limit(TimeSpan duration, long since) => _limit = duration == Timeout.InfiniteTimeSpan ? Never : since + TimerWheel.TicksOf(duration);

    /// <summary>A duration cut to what the limit leaves, at least one tick.</summary>
    internal TimeSpan AtMost(TimeSpan duration)
    {
        TimeSpan left = _limit == Never ? TimeSpan.MaxValue : TimerWheel.Tick * Math.Max(1, _limit - wheel.Now);
        return duration < left ? duration : left;
    }

    /// <summary>Takes every deadline away.</summary>
    internal void Disarm()
    {
        _limit = Never;
        _armed = Never;
        TimerWheel.Disarm(this);
    }

    /// <summary>The wheel forgets this connection.</summary>
    internal void Detach()
    {
        Watch(null);
        wheel.Remove(this);
    }

    /// <summary>To be called when the client's side has ended.</summary>
    internal void OnClientGone()
    {
        _clientGone = true;
        Wake();
    }

    /// <summary>Ends the current wait so that the connection looks at its state.</summary>
    internal void Wake()
    {
        _input?.CancelPendingRead();
        _output?.CancelPendingFlush();
        Volatile.Read(ref _upstream)?.EndWaits();
    }

    /// <inheritdoc/>
    protected internal override void OnDeadline() => Wake();
}
