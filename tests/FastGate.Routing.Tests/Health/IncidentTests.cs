using FastGate.Routing.Health;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;
using FastGate.Routing.Targets;

namespace FastGate.Routing.Tests.Health;

public sealed class IncidentTests
{
    private readonly RoutingRig _rig = new RoutingRig().With("a/m", "b/m");

    [Fact]
    public void An_incident_counts_from_the_first_failure_until_healthy_again()
    {
        RoutePlan plan = _rig.Route();
        Target a = _rig["a/m"];
        long firstFailure = 0;
        for (int i = 0; i < 3; i++)
        {
            _rig.Advance(100);
            Decision first = _rig.Begin(plan, out FallbackCursor cursor);
            Assert.Equal(a, first.Target);
            firstFailure = i == 0 ? _rig.Now : firstFailure;
            Decision second = cursor.Next(first.Slot, Outcome.Failure(FailureClass.Connect), _rig.Now);
            _rig.Advance(50);
            Assert.Equal(DecisionKind.Commit, cursor.Next(second.Slot, Outcome.Success(TimeSpan.FromMilliseconds(50)), _rig.Now).Kind);
        }

        Incident incident = Assert.IsType<Incident>(a.Health.OpenedIncident);
        Assert.Equal(firstFailure, incident.FirstFailureTicks);
        Assert.Equal(TimeSpan.FromMilliseconds(300), incident.Detection);
        Assert.Equal(TimeSpan.FromMilliseconds(50), incident.RouteRecovery);
        Assert.Equal(3, incident.Rescued);
        Assert.Equal(0, incident.Lost);
        Assert.Equal(FailureClass.Connect, incident.Cause);
        Assert.False(incident.Grey);
        Assert.Null(incident.TargetRecovery);

        for (int i = 0; i < 1000 && a.Health.State != TargetState.Healthy; i++)
        {
            _rig.Advance(100);
            Decision decision = _rig.Begin(plan, out FallbackCursor cursor);
            cursor.Next(decision.Slot, Outcome.Success(TimeSpan.FromMilliseconds(50)), _rig.Now);
        }

        Assert.Null(a.Health.OpenedIncident);
        Assert.Same(incident, Assert.Single(a.Health.ClosedIncidents()));
        Assert.Equal(_rig.Now - firstFailure, incident.TargetRecovery!.Value.Ticks);
        Assert.Same(incident, Assert.Single(_rig.Incidents));
        Assert.Same(incident, Assert.Single(_rig.Closed));
    }

    [Fact]
    public void Each_route_is_told_once_when_it_was_served_again()
    {
        _rig.OtherRoutes.Add(new RouteDefinition("other", [new MemberDefinition("a/m"), new MemberDefinition("b/m")]));
        RoutePlan chat = _rig.Route();
        RoutePlan other = _rig.Plans.Single(plan => plan.Name == "other");
        foreach (RoutePlan plan in new[] { chat, chat, other, other })
        {
            _rig.Advance(100);
            Rescue(plan, takesMs: 50);
        }

        Incident incident = Assert.Single(_rig.Incidents);
        Assert.Equal([(incident, "chat", 50.0), (incident, "other", 350.0)], _rig.Recoveries.Select(r => (r.Incident, r.Plan, r.Duration.TotalMilliseconds)));
    }

    [Fact]
    public void A_failure_that_became_no_incident_tells_no_recovery_and_is_no_part_of_a_later_one()
    {
        RoutePlan plan = _rig.Route();
        Rescue(plan, takesMs: 50);
        Assert.Empty(_rig.Recoveries);
        _rig.Advance(60_000);
        _rig.Report(_rig["a/m"].Health, Outcome.Success(TimeSpan.FromMilliseconds(50)));
        for (int i = 0; i < 3; i++)
        {
            Rescue(plan, takesMs: 70);
        }

        Assert.Equal(70, Assert.Single(_rig.Recoveries).Duration.TotalMilliseconds);
    }

    private void Rescue(RoutePlan plan, double takesMs)
    {
        Decision first = _rig.Begin(plan, out FallbackCursor cursor);
        if (first.Target!.Name != "a/m")
        {
            // It is out: whoever is asked now was not failed by it.
            return;
        }

        Decision second = cursor.Next(first.Slot, Outcome.Failure(FailureClass.Connect), _rig.Now);
        _rig.Advance(takesMs);
        cursor.Next(second.Slot, Outcome.Success(TimeSpan.FromMilliseconds(takesMs)), _rig.Now);
    }

    [Fact]
    public void A_request_nobody_answered_is_lost_to_every_target_it_failed_on()
    {
        RoutePlan plan = _rig.Route(route => route with { Retry = route.Retry with { Attempts = 0 } });
        for (int i = 0; i < 3; i++)
        {
            Decision decision = _rig.Begin(plan, out FallbackCursor cursor);
            while (decision.Kind == DecisionKind.Attempt)
            {
                decision = cursor.Next(decision.Slot, Outcome.Failure(FailureClass.Connect), _rig.Now);
            }
        }

        Assert.Equal(3, _rig["a/m"].Health.OpenedIncident!.Lost);
        Assert.Equal(3, _rig["b/m"].Health.OpenedIncident!.Lost);
    }
}
