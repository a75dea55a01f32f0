using FastGate.Routing.Health;
using FastGate.Routing.Outcomes;

namespace FastGate.Routing.Tests.Health;

public sealed class ProbeScheduleTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);
    private readonly RoutingRig _rig = new();
    private readonly TargetHealth _health;

    public ProbeScheduleTests() => _health = _rig.Add("a/m").Health;

    private bool IsDue => ProbeSchedule.IsDue(_health.ProbeFacts(), Interval, _rig.Now);

    [Fact]
    public void An_idle_target_is_probed_every_interval()
    {
        Assert.True(IsDue);
        _health.RecordProbe(FailureClass.None, _rig.Now);
        _rig.Advance(9_900);
        Assert.False(IsDue);
        _rig.Advance(100);
        Assert.True(IsDue);
    }

    [Fact]
    public void A_target_whose_traffic_is_fresh_and_fine_is_not_probed()
    {
        for (int i = 0; i < 100; i++)
        {
            _rig.Report(_health, Outcome.Success(TimeSpan.FromSeconds(1)));
            Assert.False(IsDue);
            _rig.Advance(1000);
        }
    }

    [Fact]
    public void A_suspected_target_is_probed_every_second_with_a_short_wait()
    {
        _health.RecordProbe(FailureClass.None, _rig.Now);
        _rig.Report(_health, Outcome.Failure(FailureClass.Connect));
        Assert.False(IsDue);
        _rig.Advance(1000);
        Assert.True(IsDue);
        ProbePlan plan = ProbeSchedule.Next(_health.ProbeFacts(), Interval, Timeout, _rig.Now);
        Assert.Equal(TimeSpan.FromSeconds(1), plan.Timeout);
        _health.RecordProbe(FailureClass.None, _rig.Now);
        _rig.Advance(1000);
        Assert.False(IsDue, "a good probe ends the suspicion");
    }

    [Fact]
    public void A_failed_target_is_probed_every_interval()
    {
        _rig.Fail(_rig["a/m"]);
        _health.RecordProbe(FailureClass.Connect, _rig.Now);
        _rig.Advance(9_000);
        Assert.False(IsDue);
        _rig.Advance(1_000);
        Assert.True(IsDue);
    }

    [Fact]
    public void A_refused_key_is_probed_every_interval_and_one_in_use_never()
    {
        Assert.Equal(long.MaxValue, ProbeSchedule.NextForKey(0, 0, Interval));
        Assert.Equal(long.MaxValue, ProbeSchedule.NextForKey(5, 0, TimeSpan.Zero));
        Assert.Equal(5 + Interval.Ticks, ProbeSchedule.NextForKey(5, 0, Interval));
        Assert.Equal(90 + Interval.Ticks, ProbeSchedule.NextForKey(5, 90, Interval));
    }

    [Fact]
    public void An_interval_of_zero_is_off()
    {
        _rig.Fail(_rig["a/m"]);
        _rig.Advance(1e6);
        Assert.False(ProbeSchedule.IsDue(_health.ProbeFacts(), TimeSpan.Zero, _rig.Now));
    }

    [Fact]
    public void On_an_idle_system_a_dead_target_is_noticed_within_two_intervals_and_failed_two_seconds_later()
    {
        _health.RecordProbe(FailureClass.None, _rig.Now);
        long died = _rig.Now;
        long noticed = 0;
        while (_health.State != TargetState.Failed)
        {
            _rig.Advance(10);
            ProbePlan plan = ProbeSchedule.Next(_health.ProbeFacts(), Interval, Timeout, _rig.Now);
            if (plan.DueTicks <= _rig.Now)
            {
                // It is silent: every probe runs into its timeout.
                _rig.Now += plan.Timeout.Ticks;
                _health.RecordProbe(FailureClass.Timeout, _rig.Now);
                noticed = noticed == 0 ? _rig.Now : noticed;
            }
        }

        Assert.InRange(noticed - died, 0, 2 * Interval.Ticks);
        Assert.InRange(_rig.Now - noticed, 0, TimeSpan.FromSeconds(2.1).Ticks);
    }
}
