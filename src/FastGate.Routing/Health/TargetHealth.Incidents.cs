using FastGate.Routing.Outcomes;

namespace FastGate.Routing.Health;

public sealed partial class TargetHealth
{
    private const int KeptIncidents = 32;

    private readonly Queue<Incident> _closed = new();

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
    internal void RequestRescued(long nowTicks)
    {
        lock (_gate)
        {
            if (_incident is not null)
            {
                _incident.RequestRescued(nowTicks);
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
        Volatile.Write(ref _incident, new Incident(Target, first, outOfRotation, cause, rule, _pending) { Grey = grey });
        _pending = default;
    }

    private void CloseIncident(long nowTicks)
    {
        if (_incident is null)
        {
            return;
        }

        _incident.ClosedTicks = nowTicks;
        _greyUntilTicks = _incident.Grey ? nowTicks + _settings.CooldownMemory.Ticks : 0;
        if (_closed.Count == KeptIncidents)
        {
            _closed.Dequeue();
        }

        _closed.Enqueue(_incident);
        Volatile.Write(ref _incident, null);
        _pending = default;
    }
}
