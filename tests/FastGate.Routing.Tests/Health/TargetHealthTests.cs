using FastGate.Routing.Health;
using FastGate.Routing.Outcomes;

namespace FastGate.Routing.Tests.Health;

public sealed class TargetHealthTests
{
    private static readonly Outcome Down = Outcome.Failure(FailureClass.Connect);
    private static readonly Outcome Fine = Outcome.Success(TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(100));

    private readonly RoutingRig _rig = new();
    private readonly TargetHealth _health;

    public TargetHealthTests() => _health = _rig.Add("a/m").Health;

    [Fact]
    public void Three_failures_in_a_row_are_a_failed_target()
    {
        _rig.Report(_health, Down);
        _rig.Report(_health, Down);
        Assert.Equal(TargetState.Healthy, _health.State);
        _rig.Report(_health, Down);
        Assert.Equal(TargetState.Failed, _health.State);
        Assert.True(_health.IsOut(_rig.Now));
    }

    [Fact]
    public void A_success_begun_after_the_first_failure_ends_the_row()
    {
        _rig.Report(_health, Down);
        _rig.Report(_health, Down);
        _rig.Report(_health, Fine);
        _rig.Report(_health, Down);
        Assert.Equal(TargetState.Healthy, _health.State);
    }

    [Fact]
    public void A_success_begun_before_the_first_failure_says_nothing_about_now()
    {
        Admission early = _health.Force(AdmissionKind.Normal, _rig.Now);
        _rig.Advance(5000);
        _rig.Report(_health, Down);
        _rig.Report(_health, Down);
        bool credited = false;
        _health.Record(early, Fine, ref credited, _rig.Now);
        _rig.Report(_health, Down);
        Assert.Equal(TargetState.Failed, _health.State);
    }

    [Theory]
    [InlineData(FailureClass.BadRequest)]
    [InlineData(FailureClass.ContextWindow)]
    [InlineData(FailureClass.Auth)]
    [InlineData(FailureClass.ModelNotFound)]
    [InlineData(FailureClass.NotSupported)]
    public void Any_number_of_refusals_leaves_a_target_healthy(FailureClass failure)
    {
        for (int i = 0; i < 200; i++)
        {
            _rig.Report(_health, Outcome.Failure(failure, 400));
            _rig.Advance(20);
        }

        Assert.Equal(TargetState.Healthy, _health.State);
        Assert.Equal(1000, _health.Share);
    }

    [Fact]
    public void A_failed_target_is_given_one_trial_after_its_cooldown_and_no_second_beside_it()
    {
        _rig.Fail(_rig["a/m"]);
        Assert.False(TryAdmit(out _));
        _rig.Advance(700);
        Assert.False(TryAdmit(out _));
        _rig.Advance(600);
        Assert.True(TryAdmit(out Admission trial));
        Assert.Equal(AdmissionKind.Trial, trial.Kind);
        Assert.Equal(TargetState.Recovering, _health.State);
        for (int i = 0; i < 50; i++)
        {
            _rig.Advance(100);
            Assert.False(TryAdmit(out _));
        }
    }

    [Fact]
    public void Cooldowns_double_to_fifteen_seconds_and_stay_there()
    {
        _rig.Fail(_rig["a/m"]);
        List<double> cooldowns = [];
        for (int i = 0; i < 8; i++)
        {
            long failed = _rig.Now;
            Admission trial;
            while (!TryAdmit(out trial))
            {
                _rig.Advance(1);
            }

            cooldowns.Add(TimeSpan.FromTicks(_rig.Now - failed).TotalSeconds);
            Record(trial, Down);
            Assert.Equal(TargetState.Failed, _health.State);
        }

        double[] expected = [1, 2, 4, 8, 15, 15, 15, 15];
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.InRange(cooldowns[i], expected[i] * 0.79, Math.Min(expected[i] * 1.21, 15.01));
        }

        Assert.True(cooldowns.Take(4).Select((c, i) => c / expected[i]).Distinct().Count() > 1, "cooldowns are jittered");
    }

    [Fact]
    public void Retry_after_wins_over_the_cooldown()
    {
        var limited = Outcome.Failure(FailureClass.Upstream5xx, 503, TimeSpan.FromSeconds(40));
        _rig.Report(_health, limited);
        _rig.Report(_health, limited);
        _rig.Report(_health, limited);
        _rig.Advance(39_900);
        Assert.False(TryAdmit(out _));
        _rig.Advance(200);
        Assert.True(TryAdmit(out _));
    }

    [Fact]
    public void Recovery_takes_three_successes_a_step_through_all_shares()
    {
        _rig.Fail(_rig["a/m"]);
        _rig.Advance(1300);
        int[] shares = [50, 250, 500, 1000];
        foreach (int share in shares)
        {
            for (int i = 0; i < 3; i++)
            {
                Admission admission;
                while (!TryAdmit(out admission))
                {
                    _rig.Advance(10);
                }

                Assert.Equal(TargetState.Recovering, _health.State);
                Assert.Equal(share, _health.Share);
                _rig.Advance(20);
                Record(admission, Fine);
            }
        }

        Assert.Equal(TargetState.Healthy, _health.State);
        Assert.Equal(1000, _health.Share);
    }

    [Fact]
    public void A_failure_while_recovering_is_failed_again_with_the_cooldown_doubled()
    {
        _rig.Fail(_rig["a/m"]);
        _rig.Advance(1300);
        Assert.True(TryAdmit(out Admission trial));
        Record(trial, Down);
        Assert.Equal(TargetState.Failed, _health.State);
        _rig.Advance(1500);
        Assert.False(TryAdmit(out _));
        _rig.Advance(1000);
        Assert.True(TryAdmit(out _));
    }

    [Fact]
    public void Late_failures_of_attempts_begun_before_the_recovery_do_not_count()
    {
        Admission early = _health.Force(AdmissionKind.Normal, _rig.Now);
        _rig.Advance(100);
        _rig.Fail(_rig["a/m"]);
        Recover();
        Assert.Equal(TargetState.Healthy, _health.State);
        for (int i = 0; i < 1000; i++)
        {
            _rig.Advance(20);
            Record(early, Outcome.Failure(FailureClass.Timeout));
            _rig.Report(_health, Fine);
        }

        Assert.Equal(TargetState.Healthy, _health.State);
        Assert.Equal(1000, _health.Share);
    }

    [Fact]
    public void A_trial_that_ends_in_a_refusal_or_is_abandoned_makes_room_for_the_next()
    {
        _rig.Fail(_rig["a/m"]);
        _rig.Advance(1300);
        Assert.True(TryAdmit(out Admission trial));
        Record(trial, Outcome.Failure(FailureClass.BadRequest, 400));
        Assert.Equal(TargetState.Recovering, _health.State);
        _rig.Advance(1100);
        Assert.True(TryAdmit(out trial));
        _health.Abandon(trial, beatenStream: false, _rig.Now);
        _rig.Advance(1100);
        Assert.True(TryAdmit(out _));
    }

    [Fact]
    public void A_trial_nobody_reports_on_is_forgotten_after_its_lease()
    {
        _rig.Fail(_rig["a/m"]);
        _rig.Advance(1300);
        Assert.True(TryAdmit(out _));
        _rig.Advance(119_000);
        Assert.False(TryAdmit(out _));
        _rig.Advance(2000);
        Assert.True(TryAdmit(out _));
    }

    [Fact]
    public void Two_failed_probes_are_a_failed_target_and_one_good_probe_makes_it_recover()
    {
        _health.RecordProbe(FailureClass.Timeout, _rig.Now);
        Assert.Equal(TargetState.Healthy, _health.State);
        _rig.Advance(1000);
        _health.RecordProbe(FailureClass.Timeout, _rig.Now);
        Assert.Equal(TargetState.Failed, _health.State);
        _rig.Advance(100);
        _health.RecordProbe(FailureClass.None, _rig.Now);
        Assert.Equal(TargetState.Recovering, _health.State);
    }

    [Fact]
    public void An_answer_to_a_last_chance_makes_a_failed_target_recover_and_a_failure_changes_nothing()
    {
        _rig.Fail(_rig["a/m"]);
        _rig.Advance(100);
        Admission lastChance = _health.Force(AdmissionKind.LastChance, _rig.Now);
        Record(lastChance, Down);
        Assert.Equal(TargetState.Failed, _health.State);
        Record(lastChance, Fine);
        Assert.Equal(TargetState.Recovering, _health.State);
    }

    [Fact]
    public void Two_percent_of_errors_degrade_a_target_and_shrink_its_share_in_proportion()
    {
        Traffic(seconds: 40, perSecond: 50, errorEvery: 33);
        Assert.Equal(TargetState.Degraded, _health.State);
        Assert.InRange(_health.Share, 300, 600);
    }

    [Fact]
    public void Five_percent_of_errors_held_for_a_second_fail_a_target()
    {
        Traffic(seconds: 30, perSecond: 50, errorEvery: 0);
        Traffic(seconds: 40, perSecond: 50, errorEvery: 10);
        Assert.Contains(_rig.Changes, change => change.To == TargetState.Failed && change.Signal == HealthRule.ErrorRate);
    }

    [Fact]
    public void Fewer_than_twenty_results_are_no_rate()
    {
        for (int i = 0; i < 19; i++)
        {
            _rig.Report(_health, i % 3 == 0 ? Down : Fine);
            _rig.Advance(500);
        }

        Assert.Equal(TargetState.Healthy, _health.State);
    }

    [Fact]
    public void A_first_token_three_times_slower_than_its_own_baseline_degrades()
    {
        Traffic(seconds: 60, perSecond: 20, errorEvery: 0, firstTokenMs: 200);
        Assert.Equal(TargetState.Healthy, _health.State);
        Traffic(seconds: 5, perSecond: 20, errorEvery: 0, firstTokenMs: 1000);
        Assert.Equal(TargetState.Degraded, _health.State);
        Assert.Equal(HealthRule.Latency, _rig.Changes[^1].Signal);
        Assert.InRange(_health.Share, 200, 400);
        Traffic(seconds: 45, perSecond: 20, errorEvery: 0, firstTokenMs: 200);
        Assert.Equal(TargetState.Healthy, _health.State);
    }

    [Fact]
    public void A_degraded_target_is_healthy_after_ten_seconds_under_half_the_threshold()
    {
        Traffic(seconds: 40, perSecond: 50, errorEvery: 33);
        Assert.Equal(TargetState.Degraded, _health.State);
        long from = _rig.Now;
        while (_health.State != TargetState.Healthy && _rig.Now - from < 60 * TimeSpan.TicksPerSecond)
        {
            Traffic(seconds: 1, perSecond: 50, errorEvery: 0);
        }

        Assert.InRange(TimeSpan.FromTicks(_rig.Now - from).TotalSeconds, 5, 12);
        Traffic(seconds: 60, perSecond: 50, errorEvery: 0);
        Assert.Equal(TargetState.Healthy, _health.State);
    }

    [Fact]
    public void A_target_that_relapses_again_and_again_is_believed_later_each_time_and_forgiven_after_a_long_good_time()
    {
        List<double> returns = [];
        for (int relapse = 0; relapse < 8; relapse++)
        {
            returns.Add(SecondsToHealthyAfterRelapse());
            Traffic(seconds: 1, perSecond: 50, errorEvery: 0);
        }

        // 10 s of damping, doubled up to five minutes.
        Assert.InRange(returns[0], 5, 15);
        Assert.All(returns.Zip(returns.Skip(1)), pair => Assert.True(pair.Second > pair.First * 1.5 || pair.Second >= 295, string.Join(", ", returns)));
        Assert.InRange(returns[^1], 295, 330);

        Traffic(seconds: 700, perSecond: 50, errorEvery: 0);
        Assert.InRange(SecondsToHealthyAfterRelapse(), 5, 15);
    }

    [Fact]
    public void A_target_on_probation_has_its_full_share_and_loses_it_to_the_first_real_failure()
    {
        for (int relapse = 0; relapse < 4; relapse++)
        {
            SecondsToHealthyAfterRelapse();
        }

        Traffic(seconds: 12, perSecond: 50, errorEvery: 15);
        Assert.Equal(TargetState.Failed, _health.State);
        Traffic(seconds: 60, perSecond: 50, errorEvery: 0);
        Assert.Equal((TargetState.Recovering, 1000), (_health.State, _health.Share));

        for (int i = 0; i < 3; i++)
        {
            _rig.Report(_health, Outcome.Failure(FailureClass.Connect));
        }

        Assert.True(_health.IsOut(_rig.Now));
    }

    // Ill from a rate of errors at once, then well.
    private double SecondsToHealthyAfterRelapse()
    {
        Assert.Equal(TargetState.Healthy, _health.State);
        for (int second = 0; second < 40 && _health.State == TargetState.Healthy; second++)
        {
            Traffic(seconds: 1, perSecond: 50, errorEvery: 25);
        }

        Assert.Equal(TargetState.Degraded, _health.State);
        long from = _rig.Now;
        while (_health.State != TargetState.Healthy && _rig.Now - from < 600 * TimeSpan.TicksPerSecond)
        {
            Traffic(seconds: 1, perSecond: 50, errorEvery: 0);
        }

        return TimeSpan.FromTicks(_rig.Now - from).TotalSeconds;
    }

    [Fact]
    public void A_rate_limit_without_a_key_left_holds_the_target_and_three_in_a_row_fail_it()
    {
        Admission admission = _health.Force(AdmissionKind.Normal, _rig.Now);
        _health.RecordExhaustedLimit(admission, TimeSpan.FromSeconds(2), _rig.Now + (2 * TimeSpan.TicksPerSecond), _rig.Now);
        Assert.Equal(TargetState.Healthy, _health.State);
        Assert.True(_health.IsOut(_rig.Now));
        _rig.Advance(2001);
        Assert.False(_health.IsOut(_rig.Now));
        for (int i = 0; i < 2; i++)
        {
            admission = _health.Force(AdmissionKind.Normal, _rig.Now);
            _health.RecordExhaustedLimit(admission, TimeSpan.FromSeconds(20), _rig.Now + (20 * TimeSpan.TicksPerSecond), _rig.Now);
        }

        Assert.Equal(TargetState.Failed, _health.State);
        _rig.Advance(19_900);
        Assert.True(_health.IsOut(_rig.Now));
        _rig.Advance(200);
        Assert.False(_health.IsOut(_rig.Now));
    }

    [Fact]
    public void A_rate_limit_while_a_returned_target_waits_for_its_name_holds_it_only_as_long_as_the_limit()
    {
        // Good answers between the failures make it grey; then twelve good ones in less than the damping time.
        _rig.Fail(_rig["a/m"]);
        _rig.Advance(1300);
        Assert.True(TryAdmit(out Admission admission));
        Record(admission, Fine);
        _rig.Advance(1100);
        Assert.True(TryAdmit(out admission));
        Record(admission, Down);
        while (!_health.Read().TrialUnderWay)
        {
            _rig.Advance(10);
            if (TryAdmit(out admission))
            {
                break;
            }
        }

        for (int i = 0; i < 12; i++)
        {
            Record(admission, Fine);
            while (!TryAdmit(out admission))
            {
                _rig.Advance(10);
            }
        }

        Assert.Equal(TargetState.Recovering, _health.State);
        Assert.Equal(1000, _health.Share);
        _health.RecordExhaustedLimit(admission, TimeSpan.FromMilliseconds(300), _rig.Now + (300 * TimeSpan.TicksPerMillisecond), _rig.Now);
        Assert.True(_health.IsOut(_rig.Now));
        _rig.Advance(301);
        for (int i = 0; i < 20; i++)
        {
            Assert.True(TryAdmit(out _));
            _rig.Advance(10);
        }
    }

    [Fact]
    public void The_first_token_of_a_stream_ends_a_trial_and_its_end_is_not_counted_again()
    {
        _rig.Fail(_rig["a/m"]);
        _rig.Advance(1300);
        Assert.True(TryAdmit(out Admission trial));
        bool credited = false;
        _health.Record(trial, Outcome.StreamStarted(TimeSpan.FromMilliseconds(200)), ref credited, _rig.Now);
        Assert.True(credited);
        _rig.Advance(1100);
        Assert.True(TryAdmit(out Admission second));
        bool secondCredited = false;
        _health.Record(second, Fine, ref secondCredited, _rig.Now);
        _health.Record(trial, Fine, ref credited, _rig.Now);
        Assert.Equal(50, _health.Share);
    }

    private bool TryAdmit(out Admission admission)
    {
        HealthWord word = _health.Read();

        // The dice never favour it: only what it is owed.
        Availability availability = word.Judge(_rig.Now, 999);
        admission = default;
        return availability is not (Availability.Out or Availability.Busy or Availability.Shifted)
            && _health.TryAdmit(word, availability, _rig.Now, out admission);
    }

    private void Record(Admission admission, Outcome outcome)
    {
        bool credited = false;
        _health.Record(admission, outcome, ref credited, _rig.Now);
    }

    private void Recover()
    {
        for (int i = 0; i < 2000 && _health.State != TargetState.Healthy; i++)
        {
            _rig.Advance(50);
            if (TryAdmit(out Admission admission))
            {
                Record(admission, Fine);
            }
        }
    }

    private void Traffic(int seconds, int perSecond, int errorEvery, double firstTokenMs = 100)
    {
        for (int i = 0; i < seconds * perSecond; i++)
        {
            _rig.Advance(1000.0 / perSecond);
            bool error = errorEvery > 0 && i % errorEvery == 0;
            _rig.Report(_health, error ? Down : Outcome.Success(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(firstTokenMs)));
        }
    }
}
