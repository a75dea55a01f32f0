using System.Globalization;
using FastGate.Load.Http;
using FastGate.Load.Measuring;

namespace FastGate.Load.Client;

/// <summary>
/// One place in the load: at most one request in flight, on a connection that is kept while the server keeps it and
/// opened again when the next request needs it. Every change of state happens under the run's lock, because the
/// pacing thread begins requests and the event loops end them.
/// </summary>
internal sealed class LoadConnection(LoadRun run) : IWireOwner
{
    private readonly ResponseParser _parser = new();
    private readonly SseScanner? _events = run.Options.Stream ? new SseScanner() : null;
    private Wire? _wire;
    private bool _isBusy;
    private long _intended;
    private long _longestGap;

    /// <summary>When the request in flight was begun; meaningless while there is none.</summary>
    public long BegunAt { get; private set; }

    /// <summary>A request is in flight.</summary>
    public bool IsBusy => _isBusy;

    /// <summary>When the request in flight should have started.</summary>
    public long IntendedStart => _intended;

    /// <summary>Opens the connection before there is anything to send.</summary>
    public void OpenAhead()
    {
        Wire wire;
        lock (run.Gate)
        {
            wire = NewWire();
        }

        wire.Open(run.Options.EndPoint);
    }

    /// <summary>Under the lock: takes the request on. The caller then calls <see cref="Start"/> outside the lock.</summary>
    public void Reserve(long intended, long now)
    {
        _intended = intended;
        BegunAt = now;
        _isBusy = true;
        _longestGap = 0;
        _parser.Reset();
        _events?.Reset();
    }

    /// <summary>Sends the reserved request, connecting first when there is no connection.</summary>
    public void Start()
    {
        Wire wire;
        bool isNew = false;
        lock (run.Gate)
        {
            if (!_isBusy)
            {
                return;
            }

            if (_wire is null)
            {
                NewWire();
                isNew = true;
            }

            wire = _wire!;
        }

        if (isNew)
        {
            wire.Open(run.Options.EndPoint);
        }
        else
        {
            wire.Send(run.Options.Message);
        }
    }

    /// <summary>Under the lock: ends the request in flight as a failure and drops the connection.</summary>
    public void GiveUp(string kind, long now)
    {
        Drop();
        _isBusy = false;
        run.Tally.RequestFailed(kind, _intended, now, waited: true);
    }

    /// <summary>Under the lock: closes the connection at the end of the run.</summary>
    public void Drop()
    {
        _wire?.Close();
        _wire = null;
    }

    /// <inheritdoc/>
    public void Opened(Wire wire)
    {
        bool send;
        lock (run.Gate)
        {
            if (!ReferenceEquals(wire, _wire))
            {
                return;
            }

            send = _isBusy;
        }

        run.Settled(opened: true, fault: null);
        if (send)
        {
            wire.Send(run.Options.Message);
        }
    }

    /// <inheritdoc/>
    public void Received(Wire wire, ReadOnlySpan<byte> bytes)
    {
        long now = Clock.Now;
        bool more;
        lock (run.Gate)
        {
            if (!ReferenceEquals(wire, _wire))
            {
                return;
            }

            if (!_isBusy)
            {
                // Bytes nobody asked for: the connection cannot be trusted, but no request has failed.
                Drop();
                run.Unsolicited();
                return;
            }

            int eventsBefore = _events?.Events ?? 0;
            long lastEventBefore = _events?.LastEventAt ?? 0;
            Progress progress = _parser.Feed(bytes, _events, now);
            if (_events is not null)
            {
                int count = _events.Events - eventsBefore;
                run.Tally.EventsRead(count, lastEventBefore, _intended, now);
                if (count > 0 && lastEventBefore > 0)
                {
                    _longestGap = Math.Max(_longestGap, now - lastEventBefore);
                }
            }

            if (progress == Progress.NeedMore)
            {
                return;
            }

            if (progress == Progress.Malformed || _parser.MustClose || wire.IsSending)
            {
                Drop();
            }

            Judge(progress == Progress.Malformed ? "bad framing" : null, now);
            more = run.TakeNext(this, now);
        }

        if (more)
        {
            Start();
        }
    }

    /// <inheritdoc/>
    public void Ended(Wire wire, WireEnd how)
    {
        long now = Clock.Now;
        bool more = false;
        lock (run.Gate)
        {
            if (!ReferenceEquals(wire, _wire))
            {
                return;
            }

            Drop();
            if (_isBusy)
            {
                if (how == WireEnd.Closed && _parser.EndsWithConnection())
                {
                    Judge(null, now);
                }
                else
                {
                    _isBusy = false;
                    string kind = how switch
                    {
                        WireEnd.Connect => "connect",
                        _ when !_parser.IsUntouched => "truncated",
                        _ => "reset",
                    };
                    run.Tally.RequestFailed(kind, _intended, now, waited: false);
                }

                if (how == WireEnd.Connect)
                {
                    run.Rest(this);
                }
                else
                {
                    more = run.TakeNext(this, now);
                }
            }
        }

        if (how == WireEnd.Connect)
        {
            run.Settled(opened: false, wire.OpenFault);
        }

        if (more)
        {
            Start();
        }
    }

    private Wire NewWire()
    {
        _wire = run.Options.Target.Scheme == Uri.UriSchemeHttps
            ? new TlsWire(this, run.Options.Target.IdnHost, run.Options.Insecure)
            : new SocketWire(this);
        return _wire;
    }

    private void Judge(string? fault, long now)
    {
        _isBusy = false;
        if (fault is null && _parser.Status != 200)
        {
            fault = StatusKind(_parser.Status);
        }

        if (fault is null && _events is { IsComplete: false })
        {
            fault = _events.Malformed ? "bad framing" : _events.SawError ? "error event" : "truncated";
        }

        if (fault is null)
        {
            run.Tally.RequestSucceeded(_intended, now, _parser.BodyBytes, _events, _longestGap);
        }
        else
        {
            run.Tally.RequestFailed(fault, _intended, now, waited: false);
        }
    }

    private static string StatusKind(int status) => string.Create(CultureInfo.InvariantCulture, $"status:{status}");
}
