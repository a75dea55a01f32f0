using FastGate.Routing.Conditions;
using FastGate.Routing.Health;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;
using FastGate.Routing.Retry;
using FastGate.Routing.Strategies;
using FastGate.Routing.Targets;

namespace FastGate.Routing.Tests.Planning;

public sealed class FallbackCursorTests
{
    private static readonly Outcome Fine = Outcome.Success(TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(100));

    private readonly RoutingRig _rig = new RoutingRig().With("a/m", "b/m", "c/n");
    private FallbackCursor _cursor;

    [Fact]
    public void The_first_target_answers()
    {
        Decision first = Begin();
        Assert.Equal("a/m", first.Target!.Name);
        Assert.Equal(TimeSpan.Zero, first.Wait);
        Assert.Equal(1, first.Target.Load.InFlight);
        Decision commit = Report(first, Fine);
        Assert.Equal(DecisionKind.Commit, commit.Kind);
        Assert.Equal(0, first.Target.Load.InFlight);
        Assert.True(_cursor.IsOver);
        Assert.Equal(1, _cursor.Attempts);
        Assert.Equal(FailureClass.None, _cursor.FallbackReason);
    }

    [Theory]
    [InlineData(FailureClass.Connect)]
    [InlineData(FailureClass.Reset)]
    [InlineData(FailureClass.Timeout)]
    [InlineData(FailureClass.SlowFirstToken)]
    [InlineData(FailureClass.Stall)]
    [InlineData(FailureClass.StreamCut)]
    [InlineData(FailureClass.RateLimited)]
    [InlineData(FailureClass.Auth)]
    [InlineData(FailureClass.ModelNotFound)]
    [InlineData(FailureClass.NotSupported)]
    [InlineData(FailureClass.Malformed)]
    public void The_next_target_follows_at_once(FailureClass failure)
    {
        Decision second = Report(Begin(), Outcome.Failure(failure));
        Assert.Equal(DecisionKind.Attempt, second.Kind);
        Assert.Equal("b/m", second.Target!.Name);
        Assert.Equal(TimeSpan.Zero, second.Wait);
        Assert.Equal(failure, second.Reason);
        Assert.Equal(failure, _cursor.FallbackReason);
    }

    [Theory]
    [InlineData(FailureClass.BadRequest)]
    [InlineData(FailureClass.ContentPolicy)]
    [InlineData(FailureClass.Guardrail)]
    [InlineData(FailureClass.Quality)]
    [InlineData(FailureClass.Budget)]
    public void A_refusal_goes_straight_back(FailureClass failure)
    {
        Decision stop = Report(Begin(), Outcome.Failure(failure, 400));
        Assert.Equal(DecisionKind.Stop, stop.Kind);
        Assert.Equal(StopReason.Refused, stop.Stop);
        Assert.Equal(failure, stop.Reason);
        Assert.Equal(1, _cursor.Attempts);
    }

    [Fact]
    public void A_5xx_is_tried_again_with_growing_jittered_waits_and_then_moves_on()
    {
        Decision decision = Begin();
        decision = Report(decision, Outcome.Failure(FailureClass.Upstream5xx, 503));
        Assert.Equal("a/m", decision.Target!.Name);
        Assert.Equal(AttemptFlags.Retry, decision.Flags);
        Assert.InRange(decision.Wait.TotalMilliseconds, 80, 120);
        decision = AfterWait(decision);
        decision = Report(decision, Outcome.Failure(FailureClass.Upstream5xx, 503));
        Assert.Equal("a/m", decision.Target!.Name);
        Assert.InRange(decision.Wait.TotalMilliseconds, 400, 600);
        decision = AfterWait(decision);
        decision = Report(decision, Outcome.Failure(FailureClass.Upstream5xx, 503));
        Assert.Equal("b/m", decision.Target!.Name);
        Assert.Equal(4, _cursor.Attempts);
        Assert.Equal(2, _cursor.Hops);
    }

    [Fact]
    public void After_a_wait_a_target_that_failed_meanwhile_is_left_alone()
    {
        Decision retry = Report(Begin(), Outcome.Failure(FailureClass.Upstream5xx, 503));
        _rig.Fail(_rig["a/m"]);
        Decision decision = AfterWait(retry);
        Assert.Equal("b/m", decision.Target!.Name);
        Assert.Equal(2, _cursor.Attempts);
        Assert.Equal(0, _rig["a/m"].Load.InFlight);
    }

    [Fact]
    public void A_stale_pooled_connection_is_replaced_once_free_of_charge()
    {
        var stale = Outcome.Failure(FailureClass.Reset, flags: OutcomeFlags.PooledConnection);
        Decision again = Report(Begin(), stale);
        Assert.Equal("a/m", again.Target!.Name);
        Assert.Equal(TimeSpan.Zero, again.Wait);
        Assert.True(again.Flags.HasFlag(AttemptFlags.FreshConnection));
        Assert.Equal(0, _rig["a/m"].Health.Window(_rig.Now).Failed);
        Assert.Equal("b/m", Report(again, stale).Target!.Name);
        Assert.Equal(1, _rig["a/m"].Health.Window(_rig.Now).Failed);
    }

    [Fact]
    public void Silent_target_is_not_asked_twice()
    {
        RoutePlan plan = _rig.Route(route => route with
        {
            Members = [new("a/m"), new("a/m"), new("b/m")],
            On = new Dictionary<FailureClass, ClassActionDefinition>
            {
                [FailureClass.Timeout] = new(ClassActionKind.Chain, [new("a/m")]),
            },
        });
        Decision second = Report(Begin(plan), Outcome.Failure(FailureClass.Timeout));
        Assert.Equal("b/m", second.Target!.Name);
        Assert.Equal(DecisionKind.Stop, Report(second, Outcome.Failure(FailureClass.Timeout)).Kind);
    }

    [Theory]
    [InlineData(FailureClass.Connect, true)]
    [InlineData(FailureClass.Reset, true)]
    [InlineData(FailureClass.Timeout, false)]
    [InlineData(FailureClass.Malformed, false)]
    public void The_only_target_is_tried_once_more_where_nothing_was_sent(FailureClass failure, bool again)
    {
        RoutePlan plan = _rig.Route(route => route with { Members = [new("a/m")] });
        Decision second = Report(Begin(plan), Outcome.Failure(failure));
        Assert.Equal(again, second.Kind == DecisionKind.Attempt);
        if (again)
        {
            Assert.InRange(second.Wait.TotalMilliseconds, 80, 120);
            Assert.Equal(StopReason.Exhausted, Report(AfterWait(second), Outcome.Failure(failure)).Stop);
        }
    }

    [Fact]
    public void A_rate_limit_tries_another_key_before_another_target()
    {
        RoutingRig rig = new();
        Target keyed = rig.Add("k/m", keys: 3);
        rig.Add("b/m");
        RoutePlan plan = rig.Route();
        Decision first = rig.Begin(plan, out FallbackCursor cursor);
        Decision second = cursor.Next(first.Slot, Outcome.Failure(FailureClass.RateLimited, 429), rig.Now);
        Assert.Equal(keyed, second.Target);
        Assert.NotEqual(first.KeyIndex, second.KeyIndex);
        Assert.Equal(TimeSpan.Zero, second.Wait);
        Assert.True(second.Flags.HasFlag(AttemptFlags.OtherKey));
        Decision third = cursor.Next(second.Slot, Outcome.Failure(FailureClass.RateLimited, 429), rig.Now);
        Assert.Equal(3, new[] { first.KeyIndex, second.KeyIndex, third.KeyIndex }.Distinct().Count());
        Decision fourth = cursor.Next(third.Slot, Outcome.Failure(FailureClass.RateLimited, 429), rig.Now);
        Assert.Equal("b/m", fourth.Target!.Name);
        Assert.Equal(DecisionKind.Commit, cursor.Next(fourth.Slot, Fine, rig.Now).Kind);
        Assert.True(keyed.Health.IsOut(rig.Now));
    }

    [Fact]
    public void A_refused_key_is_out_of_use_until_restored_and_its_target_stays_healthy()
    {
        RoutingRig rig = new();
        Target keyed = rig.Add("k/m", keys: 2);
        RoutePlan plan = rig.Route();
        Decision first = rig.Begin(plan, out FallbackCursor cursor);
        Decision second = cursor.Next(first.Slot, Outcome.Failure(FailureClass.Auth, 401), rig.Now);
        Assert.NotEqual(first.KeyIndex, second.KeyIndex);
        cursor.Next(second.Slot, Fine, rig.Now);
        for (int i = 0; i < 100; i++)
        {
            rig.Advance(60_000);
            Decision decision = rig.Begin(plan, out cursor);
            Assert.Equal(second.KeyIndex, decision.KeyIndex);
            cursor.Next(decision.Slot, Fine, rig.Now);
        }

        Assert.Equal(TargetState.Healthy, keyed.Health.State);
        keyed.Keys[first.KeyIndex].Restore();
        Assert.True(keyed.Keys.IsUsable(first.KeyIndex, rig.Now));
    }

    [Fact]
    public void A_short_retry_after_is_waited_for_and_a_long_one_is_not()
    {
        Decision wait = Report(Begin(), Outcome.Failure(FailureClass.RateLimited, 429, TimeSpan.FromSeconds(2)));
        Assert.Equal("a/m", wait.Target!.Name);
        Assert.InRange(wait.Wait.TotalSeconds, 2, 2.01);
        Assert.Equal("a/m", AfterWait(wait).Target!.Name);

        _rig.Advance(60_000);
        Decision next = Report(Begin(), Outcome.Failure(FailureClass.RateLimited, 429, TimeSpan.FromSeconds(4)));
        Assert.Equal("b/m", next.Target!.Name);
    }

    [Fact]
    public void A_context_window_goes_to_a_larger_other_model_only()
    {
        RoutingRig rig = new();
        rig.Add("a/small", maxInput: 8_000);
        rig.Add("b/small", maxInput: 16_000);
        rig.Add("c/tiny", maxInput: 4_000);
        rig.Add("d/large", maxInput: 100_000);
        RoutePlan plan = rig.Route();
        Decision first = rig.Begin(plan, out FallbackCursor cursor);
        Decision second = cursor.Next(first.Slot, Outcome.Failure(FailureClass.ContextWindow, 400), rig.Now);
        Assert.Equal("d/large", second.Target!.Name);
        Decision stop = cursor.Next(second.Slot, Outcome.Failure(FailureClass.ContextWindow, 400), rig.Now);
        Assert.Equal(DecisionKind.Stop, stop.Kind);
        Assert.Equal(FailureClass.ContextWindow, cursor.FirstFailure);
    }

    [Fact]
    public void An_input_known_to_be_too_large_skips_to_where_it_fits()
    {
        RoutingRig rig = new();
        rig.Add("a/small", maxInput: 8_000);
        rig.Add("d/large", maxInput: 100_000);
        Assert.Equal("d/large", rig.Begin(rig.Route(), out _, new RequestShape { InputTokens = 20_000 }).Target!.Name);
        Decision stop = rig.Begin(rig.Route(), out _, new RequestShape { InputTokens = 200_000 });
        Assert.Equal(StopReason.NoTarget, stop.Stop);
        Assert.Equal(FailureClass.ContextWindow, stop.Reason);
    }

    [Fact]
    public void Targets_without_what_a_request_needs_are_passed_over()
    {
        RoutingRig rig = new();
        rig.Add("a/m", offers: 0b01);
        rig.Add("b/m", offers: 0b11);
        rig.Add("c/m", offers: 0b10);
        RoutePlan plan = rig.Route();

        Assert.Equal("a/m", rig.Begin(plan, out _, new RequestShape { Needs = 0b01 }).Target!.Name);
        Decision first = rig.Begin(plan, out FallbackCursor cursor, new RequestShape { Needs = 0b10 });
        Assert.Equal("b/m", first.Target!.Name);
        Decision second = cursor.Next(first.Slot, Outcome.Failure(FailureClass.Timeout), rig.Now);
        Assert.Equal("c/m", second.Target!.Name);
        Assert.Equal(DecisionKind.Stop, cursor.Next(second.Slot, Outcome.Failure(FailureClass.Timeout), rig.Now).Kind);
        Assert.Equal("b/m", rig.Begin(plan, out _, new RequestShape { Needs = 0b11 }).Target!.Name);
    }

    [Fact]
    public void Nobody_with_what_a_request_needs_is_a_reason_of_its_own()
    {
        RoutingRig rig = new();
        rig.Add("a/m", offers: 0b01);
        rig.Add("b/m", offers: 0b01);
        Target other = rig.Add("c/m", offers: 0b10);
        RoutePlan plan = rig.Route(route => route with { Members = [new("a/m"), new("b/m")] });
        RequestShape shape = new() { Needs = 0b10 };

        Decision stop = rig.Begin(plan, out FallbackCursor cursor, shape);
        Assert.Equal((DecisionKind.Stop, StopReason.NoTarget, FailureClass.NotSupported, 0), (stop.Kind, stop.Stop, stop.Reason, cursor.Attempts));

        // Nor is the request's own chain replaced by the route's.
        stop = rig.Begin(rig.Route(), out cursor, shape, rig["a/m"], rig["b/m"]);
        Assert.Equal((DecisionKind.Stop, StopReason.NoTarget, FailureClass.NotSupported, 0), (stop.Kind, stop.Stop, stop.Reason, cursor.Attempts));
        Assert.Same(other, rig.Begin(plan, out _, shape, rig["a/m"], other).Target);
    }

    [Fact]
    public void Chain_for_it_serves_what_nobody_on_the_route_has()
    {
        RoutingRig rig = new();
        rig.Add("a/m", offers: 0b01);
        rig.Add("b/m", offers: 0b10);
        RoutePlan plan = rig.Route(route => route with
        {
            Members = [new("a/m")],
            On = new Dictionary<FailureClass, ClassActionDefinition> { [FailureClass.NotSupported] = new(ClassActionKind.Chain, [new("b/m")]) },
        });

        Decision first = rig.Begin(plan, out FallbackCursor cursor, new RequestShape { Needs = 0b10 });
        Assert.Equal(("b/m", FailureClass.NotSupported), (first.Target!.Name, cursor.FallbackReason));
    }

    [Theory]
    [InlineData(FailureClass.RateLimited)]
    [InlineData(FailureClass.ContextWindow)]
    [InlineData(FailureClass.ContentPolicy)]
    [InlineData(FailureClass.Upstream5xx)]
    [InlineData(FailureClass.Guardrail)]
    public void A_class_with_a_chain_of_its_own_takes_it(FailureClass failure)
    {
        RoutePlan plan = _rig.Route(route => route with
        {
            Members = [new("a/m"), new("b/m")],
            On = new Dictionary<FailureClass, ClassActionDefinition> { [failure] = new(ClassActionKind.Chain, [new("c/n")]) },
        });
        Decision second = Report(Begin(plan), Outcome.Failure(failure));
        Assert.Equal("c/n", second.Target!.Name);
        Decision third = Report(second, Outcome.Failure(FailureClass.Malformed));
        bool availability = failure is FailureClass.RateLimited or FailureClass.Upstream5xx;
        Assert.Equal(availability ? "b/m" : null, third.Target?.Name);
    }

    [Fact]
    public void Next_and_stop_replace_the_default_action()
    {
        RoutePlan plan = _rig.Route(route => route with
        {
            On = new Dictionary<FailureClass, ClassActionDefinition>
            {
                [FailureClass.Upstream5xx] = ClassActionDefinition.Of(ClassActionKind.Next),
                [FailureClass.Timeout] = ClassActionDefinition.Of(ClassActionKind.Stop),
                [FailureClass.ContentPolicy] = ClassActionDefinition.Of(ClassActionKind.Next),
            },
        });
        Decision second = Report(Begin(plan), Outcome.Failure(FailureClass.Upstream5xx, 500));
        Assert.Equal("b/m", second.Target!.Name);
        Decision third = Report(second, Outcome.Failure(FailureClass.ContentPolicy, 400));
        Assert.Equal("c/n", third.Target!.Name);
        Assert.Equal(StopReason.Refused, Report(third, Outcome.Failure(FailureClass.Timeout)).Stop);
    }

    [Fact]
    public void A_chain_of_the_request_replaces_the_routes()
    {
        RoutePlan plan = _rig.Route(route => route with
        {
            Members = [new("a/m")],
            On = new Dictionary<FailureClass, ClassActionDefinition> { [FailureClass.RateLimited] = new(ClassActionKind.Chain, [new("a/m")]) },
        });
        Decision first = _rig.Begin(plan, out _cursor, default, _rig["c/n"], _rig["c/n"], _rig["b/m"]);
        Assert.Equal("c/n", first.Target!.Name);
        Decision second = Report(first, Outcome.Failure(FailureClass.RateLimited, 429));
        Assert.Equal("b/m", second.Target!.Name);
        Assert.Equal(DecisionKind.Stop, Report(second, Outcome.Failure(FailureClass.Timeout)).Kind);
    }

    // What is wrong about a request is no outage, and no case for the floor of the chain.
    [Theory]
    [InlineData(FailureClass.BadRequest, StopReason.Refused)]
    [InlineData(FailureClass.ContentPolicy, StopReason.Refused)]
    [InlineData(FailureClass.ContextWindow, StopReason.AllFailed)]
    [InlineData(FailureClass.Upstream5xx, StopReason.AllFailed)]
    public void Request_at_fault_is_refused_by_the_last_chance_too(FailureClass failure, StopReason expected)
    {
        foreach (Target target in _rig.Targets)
        {
            _rig.Fail(target);
        }

        Assert.Equal(expected, Report(Begin(), Outcome.Failure(failure, 400)).Stop);
    }

    [Fact]
    public void When_every_target_is_failed_there_is_exactly_one_attempt()
    {
        foreach (Target target in _rig.Targets)
        {
            _rig.Fail(target);
        }

        Decision only = Begin();
        Assert.True(only.Flags.HasFlag(AttemptFlags.LastChance));
        Decision stop = Report(only, Outcome.Failure(FailureClass.Reset, flags: OutcomeFlags.PooledConnection));
        Assert.Equal(StopReason.AllFailed, stop.Stop);
        Assert.Equal(1, _cursor.Attempts);
    }

    [Fact]
    public void The_last_chance_goes_to_the_target_that_is_back_first()
    {
        _rig.Fail(_rig["a/m"]);
        for (int i = 0; i < 3; i++)
        {
            _rig.Report(_rig["b/m"].Health, Outcome.Failure(FailureClass.Upstream5xx, 503, TimeSpan.FromMilliseconds(300)));
        }

        _rig.Fail(_rig["c/n"]);
        Assert.Equal("b/m", Begin().Target!.Name);
    }

    [Fact]
    public void A_failed_target_is_passed_over_while_another_one_works()
    {
        _rig.Fail(_rig["a/m"]);
        Decision first = Begin();
        Assert.Equal("b/m", first.Target!.Name);
        Assert.Equal(FailureClass.None, _cursor.FallbackReason);
    }

    [Fact]
    public void A_failed_trial_costs_latency_and_no_error()
    {
        _rig.Fail(_rig["a/m"]);
        _rig.Advance(1300);
        Decision trial = Begin();
        Assert.Equal("a/m", trial.Target!.Name);
        Assert.True(trial.Flags.HasFlag(AttemptFlags.Trial));
        Decision next = Report(trial, Outcome.Failure(FailureClass.Upstream5xx, 503));
        Assert.Equal("b/m", next.Target!.Name);
        Assert.Equal(DecisionKind.Commit, Report(next, Fine).Kind);
    }

    [Fact]
    public void Hops_are_bounded()
    {
        RoutePlan plan = _rig.Route(route => route with { Hops = 2 });
        Decision second = Report(Begin(plan), Outcome.Failure(FailureClass.Timeout));
        Assert.Equal(StopReason.HopsExhausted, Report(second, Outcome.Failure(FailureClass.Timeout)).Stop);
    }

    [Fact]
    public void Nothing_is_begun_after_the_deadline_and_no_wait_reaches_beyond_it()
    {
        RoutePlan plan = _rig.Route(route => route with { Deadline = TimeSpan.FromSeconds(1) });
        Decision first = Begin(plan);
        _rig.Advance(950);
        Decision next = Report(first, Outcome.Failure(FailureClass.Upstream5xx, 503));
        Assert.Equal("b/m", next.Target!.Name);
        _rig.Advance(60);
        Assert.Equal(StopReason.DeadlineExceeded, Report(next, Outcome.Failure(FailureClass.Timeout)).Stop);
    }

    [Fact]
    public void A_clients_own_deadline_holds_when_it_is_shorter()
    {
        _rig.Begin(_rig.Route(), out FallbackCursor cursor, new RequestShape { Timeout = TimeSpan.FromSeconds(2) });
        Assert.Equal(_rig.Now + TimeSpan.FromSeconds(2).Ticks, cursor.DeadlineTicks);
        _rig.Begin(_rig.Route(), out cursor, new RequestShape { Timeout = TimeSpan.FromHours(2) });
        Assert.Equal(_rig.Now + TimeSpan.FromSeconds(60).Ticks, cursor.DeadlineTicks);
    }

    [Fact]
    public void A_client_that_has_gone_ends_everything_and_counts_against_nobody()
    {
        Decision stop = Report(Begin(), Outcome.Gone);
        Assert.Equal(StopReason.ClientGone, stop.Stop);
        Assert.Equal(0, _rig["a/m"].Load.InFlight);
        Assert.Equal(0, _rig["a/m"].Health.Window(_rig.Now).Failed);
    }

    [Fact]
    public void Without_retry_budget_a_5xx_moves_on_at_once()
    {
        RoutingRig rig = new RoutingRig(budget: new RetryBudget(0, 0)).With("a/m", "b/m");
        Decision first = rig.Begin(rig.Route(), out FallbackCursor cursor);
        Assert.Equal("b/m", cursor.Next(first.Slot, Outcome.Failure(FailureClass.Upstream5xx, 503), rig.Now).Target!.Name);
    }

    [Fact]
    public void A_broken_stream_is_continued_elsewhere_even_after_the_deadline()
    {
        Decision first = Begin();
        Assert.Equal(DecisionKind.Commit, Report(first, Outcome.StreamStarted(TimeSpan.FromMilliseconds(300))).Kind);
        Assert.False(_cursor.IsOver);
        _rig.Advance(90_000);
        Decision second = Report(first, Outcome.Failure(FailureClass.StreamCut));
        Assert.Equal("b/m", second.Target!.Name);
        Assert.True(second.Flags.HasFlag(AttemptFlags.Continuation));
        Assert.Equal(DecisionKind.Commit, Report(second, Outcome.StreamStarted(TimeSpan.FromMilliseconds(300))).Kind);
        Assert.Equal(DecisionKind.Commit, Report(second, Outcome.Success(TimeSpan.FromSeconds(3))).Kind);
        Assert.True(_cursor.IsOver);
        Assert.Equal(0, _rig["a/m"].Load.InFlight + _rig["b/m"].Load.InFlight);
    }

    [Theory]
    [InlineData(FailureClass.BadRequest)]
    [InlineData(FailureClass.ContentPolicy)]
    [InlineData(FailureClass.Quality)]
    public void Whoever_refuses_to_go_on_with_a_broken_stream_is_passed_over(FailureClass refusal)
    {
        Decision first = Begin();
        Report(first, Outcome.StreamStarted(TimeSpan.FromMilliseconds(300)));
        Assert.True(_cursor.HasOthers);
        Decision second = Report(first, Outcome.Failure(FailureClass.Stall));

        Decision third = Report(second, Outcome.Failure(refusal, 400));

        Assert.Equal("c/n", third.Target!.Name);
        Assert.True(third.Flags.HasFlag(AttemptFlags.Continuation));
        Assert.False(_cursor.HasOthers);
        Assert.Equal(StopReason.Exhausted, Report(third, Outcome.Failure(refusal, 400)).Stop);
    }

    [Fact]
    public void A_provider_that_cuts_every_stream_is_failed_though_each_began_well()
    {
        for (int i = 0; i < 3; i++)
        {
            Decision first = Begin();
            Report(first, Outcome.StreamStarted(TimeSpan.FromMilliseconds(300)));
            _rig.Advance(1000);
            Report(first, Outcome.Failure(FailureClass.StreamCut));
            _cursor.End(_rig.Now);
        }

        Assert.Equal(TargetState.Failed, _rig["a/m"].Health.State);
    }

    [Fact]
    public void A_hedge_starts_the_next_target_and_the_first_answer_wins()
    {
        Decision first = Begin();
        Decision hedge = _cursor.StartParallel(hedge: true, _rig.Now);
        Assert.Equal("b/m", hedge.Target!.Name);
        Assert.Equal(DecisionKind.Commit, Report(hedge, Fine).Kind);
        _cursor.Abandon(first.Slot, _rig.Now);
        Assert.True(_cursor.IsOver);
        Assert.Equal(0, _rig["a/m"].Load.InFlight);
        Assert.Equal(DecisionKind.Stop, Report(first, Fine).Kind);
    }

    [Fact]
    public void A_failure_beside_a_hedge_waits_for_the_hedge()
    {
        Decision first = Begin();
        Decision hedge = _cursor.StartParallel(hedge: true, _rig.Now);
        Assert.Equal(DecisionKind.Await, Report(first, Outcome.Failure(FailureClass.Connect)).Kind);
        Assert.Equal("c/n", Report(hedge, Outcome.Failure(FailureClass.Timeout)).Target!.Name);
    }

    [Fact]
    public void A_loser_that_still_reports_changes_nothing()
    {
        Decision first = Begin();
        Decision hedge = _cursor.StartParallel(hedge: true, _rig.Now);
        Assert.Equal(DecisionKind.Commit, Report(first, Outcome.StreamStarted(TimeSpan.FromMilliseconds(200))).Kind);
        Decision stop = Report(hedge, Outcome.Success(TimeSpan.FromSeconds(1)));
        Assert.Equal(DecisionKind.Stop, stop.Kind);
        Assert.Equal(StopReason.None, stop.Stop);
        Assert.Equal(DecisionKind.Commit, Report(first, Outcome.Success(TimeSpan.FromSeconds(2))).Kind);
    }

    [Fact]
    public void A_race_starts_as_many_as_it_says()
    {
        RoutePlan plan = _rig.Route(route => route with { Strategy = StrategyKind.Race, RaceWidth = 3 });
        Assert.Equal(3, plan.RaceWidth);
        Begin(plan);
        Assert.Equal("b/m", _cursor.StartParallel(hedge: false, _rig.Now).Target!.Name);
        Assert.Equal("c/n", _cursor.StartParallel(hedge: false, _rig.Now).Target!.Name);
        Assert.Equal(DecisionKind.None, _cursor.StartParallel(hedge: false, _rig.Now).Kind);
        _cursor.End(_rig.Now);
        Assert.Equal(0, _rig.Targets.Sum(target => target.Load.InFlight));
    }

    [Fact]
    public void Attempts_can_be_read_back_with_their_reasons()
    {
        Decision second = Report(Begin(), Outcome.Failure(FailureClass.Timeout));
        Report(second, Outcome.Failure(FailureClass.Malformed, 200));
        Assert.Equal(3, _cursor.RecordedAttempts);
        Assert.Equal(("a/m", FailureClass.Timeout), (_cursor.AttemptAt(0).Target.Name, _cursor.AttemptAt(0).Failure));
        Assert.Equal(("b/m", FailureClass.Malformed), (_cursor.AttemptAt(1).Target.Name, _cursor.AttemptAt(1).Failure));
        Assert.Equal(("c/n", FailureClass.None), (_cursor.AttemptAt(2).Target.Name, _cursor.AttemptAt(2).Failure));
        Assert.Throws<ArgumentOutOfRangeException>(() => _cursor.AttemptAt(3));
    }

    [Fact]
    public void A_provider_lock_leaves_the_others_out()
    {
        Decision first = _rig.Begin(_rig.Route(), out _cursor, new RequestShape { ProviderLock = "b" });
        Assert.Equal("b/m", first.Target!.Name);
        Assert.Equal(DecisionKind.Stop, Report(first, Outcome.Failure(FailureClass.Timeout)).Kind);
        Assert.Equal(StopReason.NoTarget, _rig.Begin(_rig.Route(), out _, new RequestShape { ProviderLock = "x" }).Stop);
    }

    [Fact]
    public void Cursor_of_a_request_that_is_over_begins_anew()
    {
        RoutingRig rig = new RoutingRig().With("a/m", "b/m", "c/m");
        RoutePlan plan = rig.Route();
        NoFacts facts = default;
        FallbackCursor cursor = default;
        Decision decision = rig.Planner.Begin(plan, default, ref facts, [rig["c/m"], rig["b/m"]], rig.Now, ref cursor);
        while (decision.Kind == DecisionKind.Attempt)
        {
            decision = cursor.Next(decision.Slot, Outcome.Failure(FailureClass.ModelNotFound, 404), rig.Now);
        }

        Assert.Equal(2, cursor.RecordedAttempts);
        Assert.True(cursor.IsOver);

        Decision first = rig.Planner.Begin(plan, default, ref facts, [], rig.Now, ref cursor);
        Assert.Equal("a/m", first.Target!.Name);
        Assert.Equal((1, 1, FailureClass.None, FailureClass.None), (cursor.RecordedAttempts, cursor.Hops, cursor.FirstFailure, cursor.FallbackReason));
        Assert.Equal(FailureClass.None, cursor.AttemptAt(0).Failure);
        Decision second = cursor.Next(first.Slot, Outcome.Failure(FailureClass.ModelNotFound, 404), rig.Now);
        Assert.Equal("b/m", second.Target!.Name);
        Assert.Equal(DecisionKind.Commit, cursor.Next(second.Slot, Outcome.Success(TimeSpan.FromMilliseconds(1)), rig.Now).Kind);
        cursor.End(rig.Now);
        Assert.Equal(0, rig["a/m"].Load.InFlight + rig["b/m"].Load.InFlight + rig["c/m"].Load.InFlight);
    }

    private Decision Begin(RoutePlan? plan = null) => _rig.Begin(plan ?? _rig.Route(), out _cursor);

    private Decision Report(Decision decision, Outcome outcome) => _cursor.Next(decision.Slot, outcome, _rig.Now);

    private Decision AfterWait(Decision decision)
    {
        _rig.Now += decision.Wait.Ticks;
        return _cursor.AfterWait(decision.Slot, _rig.Now);
    }
}
