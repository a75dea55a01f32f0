using FastGate.Routing.Health;
using FastGate.Routing.Outcomes;

namespace FastGate.Routing.Tests.Health;

public sealed class FailureRowTests
{
    private FailureRow _row;

    [Fact]
    public void A_row_is_counted_in_the_order_of_beginning_however_it_arrives()
    {
        Assert.Equal(1, _row.Add(7));
        Assert.Equal(1, _row.Add(5));
        Assert.Equal(3, _row.Add(6));
        Assert.Equal(1, _row.Add(9));
        Assert.Equal(5, _row.Add(8));
    }

    [Fact]
    public void An_attempt_not_known_to_have_failed_breaks_the_row_and_a_forgotten_one_does_not()
    {
        _row.Add(1);
        _row.Add(2);
        Assert.Equal(1, _row.Add(4));
        _row.Forget(3);
        Assert.Equal(4, _row.Add(5));
    }

    [Fact]
    public void An_attempt_too_old_to_place_says_nothing()
    {
        _row.Add(100);
        Assert.Equal(0, _row.Add(30));
        Assert.Equal(1, _row.Add(1000));
        Assert.Equal(0, _row.Add(0));
    }

    [Fact]
    public void Unrelated_refusals_among_slow_answers_do_not_fail_a_busy_target()
    {
        RoutingRig rig = new();
        TargetHealth health = rig.Add("a/m").Health;

        // 100 requests a second, answered after ten seconds; one in 250 is refused at once, so that forty refusals arrive before
        // any answer to a request begun since the first of them.
        for (int i = 0; i < 10_000; i++)
        {
            rig.Advance(10);
            if (i % 250 == 0)
            {
                rig.Report(health, Outcome.Failure(FailureClass.Upstream5xx, 503));
            }
            else
            {
                health.Force(AdmissionKind.Normal, rig.Now);
            }
        }

        Assert.DoesNotContain(rig.Changes, change => change.Signal == HealthRule.FailuresInARow);
    }
}
