using System.IO.Pipelines;
using FastGate.Proxy.Attempts;
using FastGate.Proxy.Measurement;
using FastGate.Proxy.Replay;
using FastGate.Proxy.Time;

namespace FastGate.Proxy.Connections;

/// <summary>
/// Ends a connection's waits on its client: when a deadline passes, when the client has gone, when the gateway drains. One per client
/// connection. The waits on providers are ended by the <see cref="AttemptSignal"/>s of the connection's attempts, which learn from here
/// that the client has gone.
/// </summary>
/// <remarks>
/// It ends a wait by cancelling the pending read or flush of every pipe the connection may be waiting on. A pipe remembers a
/// cancellation that met no wait, so a later read may report one for nothing: whoever is woken looks at <see cref="PhaseSignal.Expired"/> and
/// <see cref="ClientGone"/>, and otherwise waits again.
/// Flushes are ended below TLS, at the transport: a cancelled flush of the encrypting stream would lose what it was given, while the
/// transport keeps it and merely stops waiting for the peer.
/// </remarks>
internal sealed class ConnectionSignal(TimerWheel wheel) : PhaseSignal(wheel)
{
    private PipeReader? _input;
    private PipeWriter? _output;
    private AttemptSignal[] _attempts = [];
    private TimerEntry? _owned;
    private volatile bool _clientLeft;
    private Recording? _outliving;
    private Recording? _alsoRead;
    private Wakeup? _wakeup;

    /// <summary>Whether the client's side of the connection has ended, and the exchange with it.</summary>
    internal bool ClientGone => _clientLeft && Volatile.Read(ref _outliving) is null;

    /// <summary>Whether the exchange goes on although its client has gone: what it writes is for its recording only.</summary>
    internal bool IsDetached => _clientLeft && Volatile.Read(ref _outliving) is not null;

    /// <summary>Whether the exchange would go on if its client went.</summary>
    internal bool OutlivesClient => Volatile.Read(ref _outliving) is not null;

    /// <summary>Whether whoever waits should give up.</summary>
    internal bool ShouldStop => ClientGone || Expired;

    /// <summary>Set by everything that ends a wait; for flows that wait for something else than a pipe.</summary>
    internal Wakeup Wakeup => _wakeup ?? Interlocked.CompareExchange(ref _wakeup, new Wakeup(), null) ?? _wakeup;

    /// <summary>What of the current request's time is the gateway's own work: whoever waits says so.</summary>
    internal WorkTime Work { get; } = new(wheel.Time);

    /// <summary>Sets what the connection reads on the client's side, and the transport's end of what it writes there.</summary>
    internal void Attach(PipeReader input, PipeWriter transportOutput)
    {
        _input = input;
        _output = transportOutput;
    }

    /// <summary>An attempt of this connection's requests: it ends when the client goes.</summary>
    internal void Attach(AttemptSignal attempt) => Volatile.Write(ref _attempts, [.. _attempts, attempt]);

    /// <summary>A timer that the wheel forgets with this connection.</summary>
    internal void Own(TimerEntry timer) => _owned = timer;

    /// <summary>The wheel forgets this connection and its attempts.</summary>
    internal void Detach()
    {
        Unfile(this);
        if (_owned is not null)
        {
            Unfile(_owned);
        }

        foreach (AttemptSignal attempt in _attempts)
        {
            attempt.Detach();
        }
    }

    /// <summary>To be called when the client's side has ended.</summary>
    internal void OnClientGone()
    {
        _clientLeft = true;
        Interlocked.MemoryBarrier();
        TryDetach();
        Wake();
    }

    /// <summary>
    /// From now on the exchange goes on without its client if that goes, as long as the recording lets it: what it writes is dropped, and
    /// its waits do not end. Holds until <see cref="EndOutliving()"/>.
    /// </summary>
    internal void Outlive(Recording recording)
    {
        recording.SetExchange(this);
        Volatile.Write(ref _outliving, recording);

        // Either the client's end sees the recording, or it is seen here.
        Interlocked.MemoryBarrier();
        if (_clientLeft)
        {
            TryDetach();
        }
    }

    /// <summary>The exchange ends with its client again, at once if that has gone. From any thread; of no effect if it is about another recording by now.</summary>
    internal void EndOutliving(Recording recording)
    {
        if (Interlocked.CompareExchange(ref _outliving, null, recording) == recording && _clientLeft)
        {
            Wake();
        }
    }

    /// <summary>The same whatever the recording is.</summary>
    internal void EndOutliving()
    {
        Volatile.Write(ref _alsoRead, null);
        if (Volatile.Read(ref _outliving) is { } recording)
        {
            EndOutliving(recording);
        }
    }

    /// <summary>
    /// The client does not take what it is sent, so it counts as gone: whether the exchange goes on without it. Its connection must be
    /// cut when the exchange is over.
    /// </summary>
    internal bool LetClientGo()
    {
        if (Volatile.Read(ref _outliving) is null)
        {
            return false;
        }

        _clientLeft = true;
        return TryDetach();
    }

    /// <summary>A recording that the exchange writes beside the one for which it outlives its client. Holds until <see cref="EndOutliving()"/>.</summary>
    internal void WriteAlso(Recording recording)
    {
        recording.SetExchange(this);
        Volatile.Write(ref _alsoRead, recording);
    }

    /// <summary>Whether somebody else reads what the exchange writes.</summary>
    internal bool HasOtherReaders => Volatile.Read(ref _outliving) is { HasReaders: true } || Volatile.Read(ref _alsoRead) is { HasReaders: true };

    /// <summary>The client's own end as a token; none where the exchange goes on without it.</summary>
    internal CancellationToken EndOf(CancellationToken clientClosed) => OutlivesClient ? CancellationToken.None : clientClosed;

    /// <summary>Ends the current waits, those of the attempts too, so that the connection looks at its state.</summary>
    internal void Wake()
    {
        foreach (AttemptSignal attempt in Volatile.Read(ref _attempts))
        {
            attempt.Wake();
        }

        OnDeadline();
    }

    /// <inheritdoc/>
    protected internal override void OnDeadline()
    {
        _input?.CancelPendingRead();
        _output?.CancelPendingFlush();
        Volatile.Read(ref _wakeup)?.Set();
    }

    private bool TryDetach()
    {
        if (Volatile.Read(ref _outliving) is not { } recording)
        {
            return false;
        }

        if (recording.TryDetach())
        {
            return true;
        }

        Interlocked.CompareExchange(ref _outliving, null, recording);
        return false;
    }
}
