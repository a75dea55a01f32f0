using FastGate.Routing.Outcomes;

namespace FastGate.Routing.Health;

public sealed partial class TargetHealth
{
    private const int KeptIncidents = 32;

    private readonly Queue<Incident> _closed = new();

    // The first rescue of each plan since the first failure, told already or, before there is an incident, to be told.
    private readonly Dictionary<string, long> _recoveredPlans = new(StringComparer.Ordinal);

    /// <summary>The open incident; null when there is none.</summary>
    public Incident? OpenedIncident => Volatile.Read(ref _incident);

    /// <summary>The newest closed incidents, at most 32, oldest first. Allocates.</summary>
    public Incident[] ClosedIncidents()
    {
        lock (_gate)
        {
            return [.. _closed];
        }
    }

    /// <summary>A request that failed here was answered by another attempt.</summary>
    internal void RequestRescued(string plan, long nowTicks)
    {
        lock (_gate)
        {
            bool isFirst = _recoveredPlans.TryAdd(plan, nowTicks);
            if (_incident is not null)
            {
                _incident.RequestRescued(nowTicks);
                if (isFirst)
                {
                    _listener?.RouteRecovered(_incident, plan, new TimeSpan(nowTicks - _incident.FirstFailureTicks));
                }

                return;
            }

            _pending.Rescued++;
            if (_pending.RouteRecoveredTicks == 0)
            {
                _pending.RouteRecoveredTicks = nowTicks;
            }
        }
    }

    /// <summary>A request that failed here was not answered at all.</summary>
    internal void RequestLost()
    {
        lock (_gate)
        {
            if (_incident is not null)
            {
                _incident.RequestLost();
            }
            else
            {
                _pending.Lost++;
            }
        }
    }

    private void OpenIncident(FailureClass cause, HealthRule rule, bool grey, long nowTicks)
    {
        if (_incident is not null)
        {
            _incident.Grey |= grey;
            return;
        }

        // A row of failures began with its first; a rate began no earlier than its window.
        bool row = rule is HealthRule.FailuresInARow or HealthRule.RateLimited && !grey;
        long first = row ? _rowStartTicks : Math.Max(_firstFailureTicks, nowTicks - _settings.Window.Ticks);

        // A rate limit without a key left holds the target out from the first on; the third only gives it a name.
        long outOfRotation = rule == HealthRule.RateLimited ? Math.Min(_limitHeldTicks, nowTicks) : nowTicks;
        var incident = new Incident(Target, first, outOfRotation, cause, rule, _pending) { Grey = grey };
        Volatile.Write(ref _incident, incident);
        _pending = default;
        _listener?.IncidentOpened(incident);
        TellPendingRecoveries(incident);
    }

    private void CloseIncident(long nowTicks)
    {
        if (_incident is null)
        {
            return;
        }

        _incident.ClosedTicks = nowTicks;
        _greyUntilTicks = _incident.Grey ? nowTicks + _settings.CooldownMemory.Ticks : 0;
        _relapseUntilTicks = _incident.Grey ? nowTicks + Math.Max(_settings.CooldownMemory.Ticks, 2 * ImprovementDampingTicks) : 0;
        if (_closed.Count == KeptIncidents)
        {
            _closed.Dequeue();
        }

        _closed.Enqueue(_incident);
        _listener?.IncidentClosed(_incident);
        Volatile.Write(ref _incident, null);
        ForgetPending();
    }

    private void ForgetPending()
    {
        _pending = default;
        _recoveredPlans.Clear();
    }

    // Those rescued before what counts as the first failure belong to an older, isolated one.
    private void TellPendingRecoveries(Incident incident)
    {
        foreach ((string plan, long atTicks) in _recoveredPlans)
        {
            if (atTicks < incident.FirstFailureTicks)
            {
                _recoveredPlans.Remove(plan);
            }
            else
            {
                _listener?.RouteRecovered(incident, plan, new TimeSpan(atTicks - incident.FirstFailureTicks));
            }
        }
    }
}
