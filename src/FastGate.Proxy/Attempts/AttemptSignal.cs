using FastGate.Proxy.Connections;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Time;
using FastGate.Proxy.Upstream;

namespace FastGate.Proxy.Attempts;

/// <summary>
/// Ends an attempt's waits on its provider: when a deadline passes, when the client has gone, when another attempt has answered. One
/// per attempt that can be under way on a client's connection, so that each has deadlines of its own.
/// </summary>
/// <param name="wheel">What its deadlines are filed in.</param>
/// <param name="connection">The connection of the client that waits for the answer; null for calls of the gateway's own.</param>
/// <remarks>As with the client's side, a wait may end for nothing: whoever is woken looks at the state, and otherwise waits again.</remarks>
internal sealed class AttemptSignal(TimerWheel wheel, ConnectionSignal? connection = null) : PhaseSignal(wheel)
{
    private readonly TimeProvider _time = wheel.Time;
    private WorkTime _work = connection?.Work ?? new WorkTime(wheel.Time);
    private WorkTime? _ownWork;
    private UpstreamConnection? _upstream;
    private CancellationTokenSource? _connecting;
    private volatile bool _abandoned;

    /// <summary>Whether nobody wants the attempt's answer any more: the client has gone, or another attempt has answered.</summary>
    internal bool Unwanted => _abandoned || connection is { ClientGone: true };

    /// <summary>What the attempt's waits are told to.</summary>
    internal WorkTime Work => Volatile.Read(ref _work);

    /// <summary>
    /// From now on the attempt's waits are the request's; null: they are nobody's, since the request waits for another attempt. An attempt
    /// that is just ending a wait may still tell the clock it had before; that costs a figure of one request some of its truth.
    /// </summary>
    internal void CountFor(WorkTime? request) => Volatile.Write(ref _work, request ?? (_ownWork ??= new WorkTime(_time)));

    /// <summary>Begins another attempt after one that was abandoned.</summary>
    internal void Begin() => _abandoned = false;

    /// <summary>Sets the connection whose pipes the attempt waits on, or null.</summary>
    internal void Watch(UpstreamConnection? upstream) => Volatile.Write(ref _upstream, upstream);

    /// <summary>
    /// Begins the wait for a connection, which <see cref="EndConnecting"/> ends: the token is cancelled when this signal would end a wait.
    /// Allocates; connections are made rarely.
    /// </summary>
    internal CancellationToken BeginConnecting(TimeSpan timeout)
    {
        var connecting = new CancellationTokenSource();
        Volatile.Write(ref _connecting, connecting);

        // In this order: a deadline that passes from now on finds the source, and so does whoever has no use for the attempt; or it is seen here.
        Interlocked.MemoryBarrier();
        Arm(timeout);
        if (Unwanted)
        {
            connecting.Cancel();
        }

        return connecting.Token;
    }

    /// <summary>Ends the wait for a connection, whatever came of it.</summary>
    internal void EndConnecting() => Volatile.Write(ref _connecting, null);

    /// <summary>The answer is not wanted any more. From any thread.</summary>
    internal void Abandon()
    {
        _abandoned = true;
        Interlocked.MemoryBarrier();
        Wake();
    }

    /// <summary>Ends the current wait so that the attempt looks at its state. From any thread.</summary>
    internal void Wake()
    {
        // Both are read first: what is woken goes on within this call and may begin to connect elsewhere.
        UpstreamConnection? upstream = Volatile.Read(ref _upstream);
        CancellationTokenSource? connecting = Volatile.Read(ref _connecting);
        upstream?.EndWaits();

        // A cancelled token stays so: not for a wake-up that is about something else. And not here: what is registered with it may do more
        // than signal.
        if (connecting is not null && (Unwanted || Expired))
        {
            _ = connecting.CancelAsync();
        }
    }

    /// <summary>The wheel forgets this attempt.</summary>
    internal void Detach()
    {
        Watch(null);
        Unfile(this);
    }

    /// <inheritdoc/>
    protected internal override void OnDeadline() => Wake();
}
