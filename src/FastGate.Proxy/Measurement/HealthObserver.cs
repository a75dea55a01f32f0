using FastGate.Proxy.Views;
using FastGate.Routing.Health;
using FastGate.Routing.Outcomes;

namespace FastGate.Proxy.Measurement;

/// <summary>Puts what happens to targets into the events and the histograms that the control plane shows.</summary>
/// <param name="events">Where events go.</param>
/// <param name="metrics">Where durations go.</param>
/// <param name="isRoute">Whether a plan's name is that of a route; else it is a target that requests named themselves.</param>
internal sealed class HealthObserver(EventFeed events, ProxyMetrics metrics, Func<string, bool> isRoute) : IHealthListener
{
    /// <inheritdoc/>
    public void StateChanged(in StateChange change) =>
        events.Publish(new TargetStateEvent(change.Target, change.From, change.To, FailureClasses.Name(change.Cause), HealthRules.Name(change.Signal)));

    /// <inheritdoc/>
    public void IncidentOpened(Incident incident)
    {
        metrics.Detections.Observe(incident.Target, incident.Detection);
        events.Publish(new IncidentOpenedEvent(incident.Target, FailureClasses.Name(incident.Cause), HealthRules.Name(incident.Rule), incident.Detection));
    }

    /// <inheritdoc/>
    public void IncidentClosed(Incident incident) =>
        events.Publish(new IncidentClosedEvent(incident.Target, FailureClasses.Name(incident.Cause), incident.TargetRecovery ?? TimeSpan.Zero, incident.Rescued, incident.Lost));

    /// <inheritdoc/>
    public void RouteRecovered(Incident incident, string plan, TimeSpan duration)
    {
        string route = isRoute(plan) ? plan : RequestCounters.DirectLabel;
        metrics.Recoveries.Observe((route, incident.Target), duration);
        events.Publish(new RouteRecoveredEvent(route, incident.Target, duration));
    }
}
