using FastGate.Routing.Health;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;
using FastGate.Routing.Retry;
using FastGate.Routing.Targets;
using FsCheck;
using FsCheck.Fluent;
using Outcome = FastGate.Routing.Outcomes.Outcome;

namespace FastGate.Routing.Tests.Properties;

/// <summary>What must be true of a request for any sequence of outcomes.</summary>
public sealed class CursorProperties
{
    private const int Targets = 5;
    private const int KeysEach = 2;
    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithReplay(20261121, 7).WithMaxTest(400);

    [Fact]
    public void Any_request_ends_within_its_budgets_and_retries_nothing_that_must_not_be_retried() =>
        Check.One(Fixed, Prop.ForAll(Scripts(), script => Follow(script)));

    [Fact]
    public void Any_number_of_requests_leaves_nothing_under_way() =>
        Check.One(Fixed.WithMaxTest(60), Prop.ForAll(Scripts(), script =>
        {
            RoutingRig rig = NewRig(script.Seed);
            RoutePlan plan = Plan(rig, script);
            for (int i = 0; i < 30; i++)
            {
                Walk(rig, plan, script, i);
                rig.Advance(script.GapMs);
            }

            Assert.All(rig.Targets, target => Assert.Equal(0, target.Load.InFlight));
        }));

    [Fact]
    public void No_client_sees_an_error_while_one_target_works_whatever_became_of_the_others() =>
        Check.One(Fixed, Prop.ForAll(Scripts(), script =>
        {
            RoutingRig rig = NewRig(script.Seed);
            RoutePlan plan = rig.Route(route => route with { Strategy = script.Strategy, Hops = 8, Deadline = TimeSpan.FromMinutes(10) });
            Target works = rig.Targets[script.Seed % Targets];
            for (int i = 0; i < 60; i++)
            {
                Decision decision = rig.Begin(plan, out FallbackCursor cursor);
                for (int steps = 1; decision.Kind == DecisionKind.Attempt; steps++)
                {
                    if (decision.Wait > TimeSpan.Zero)
                    {
                        rig.Now += decision.Wait.Ticks;
                        decision = cursor.AfterWait(decision.Slot, rig.Now);
                        continue;
                    }

                    Step step = script.Steps[(i + steps) % script.Steps.Length];
                    rig.Advance(step.TookMs / 10.0);
                    bool ill = FailureClasses.Signal(step.Failure) is HealthSignal.Failure or HealthSignal.RateLimited;
                    Outcome outcome = decision.Target == works || !ill ? Outcome.Success(TimeSpan.FromMilliseconds(50)) : Outcome.Failure(step.Failure);
                    decision = cursor.Next(decision.Slot, outcome, rig.Now);
                }

                Assert.Equal(DecisionKind.Commit, decision.Kind);
                Assert.Equal(TargetState.Healthy, works.Health.State);
                rig.Advance(script.GapMs);
            }
        }));

    private static void Follow(Script script)
    {
        RoutingRig rig = NewRig(script.Seed);
        RoutePlan plan = Plan(rig, script);
        for (int i = 0; i < 12; i++)
        {
            Walk(rig, plan, script, i * 3);
            rig.Advance(script.GapMs);
        }
    }

    /// <summary>Follows one request with outcomes from the script and checks every decision against what came before.</summary>
    private static void Walk(RoutingRig rig, RoutePlan plan, Script script, int offset)
    {
        List<Made> made = [];
        long began = rig.Now;
        bool allOut = rig.Targets.All(target => target.Health.IsOut(rig.Now) || target.Keys.SoonestTicks() > rig.Now);
        Decision decision = rig.Begin(plan, out FallbackCursor cursor);
        int steps = 0;
        while (decision.Kind == DecisionKind.Attempt)
        {
            Assert.True(++steps <= 200, "the request does not end");
            if (decision.Wait > TimeSpan.Zero)
            {
                Assert.True(rig.Now + decision.Wait.Ticks < cursor.DeadlineTicks, "a wait reaches beyond the deadline");
                rig.Now += decision.Wait.Ticks;
                decision = cursor.AfterWait(decision.Slot, rig.Now);
                continue;
            }

            Made attempt = new(decision.Target!, decision.KeyIndex, decision.Slot, decision.Flags, rig.Now);
            CheckAttempt(plan, made, attempt, allOut);
            Assert.True(rig.Now < cursor.DeadlineTicks, "an attempt begins after the deadline");
            made.Add(attempt);
            Step step = script.Steps[(offset + steps) % script.Steps.Length];
            rig.Advance(step.TookMs);
            attempt.EndedAt = rig.Now;
            attempt.Outcome = step.ToOutcome();
            decision = cursor.Next(decision.Slot, attempt.Outcome, rig.Now);
        }

        Assert.True(decision.Kind is DecisionKind.Commit or DecisionKind.Stop, $"{decision.Kind}");
        Assert.Equal(decision.Kind == DecisionKind.Commit, made.Count > 0 && made[^1].Outcome.Class == FailureClass.None && !Gone(made[^1]));
        Assert.True(cursor.IsOver, "an ended request is over");
        Assert.True(cursor.Hops <= plan.Hops, "too many targets");
        Assert.Equal(made.Count, cursor.Attempts);
        Assert.Equal(DecisionKind.Stop, cursor.Next(0, Outcome.Success(TimeSpan.Zero), rig.Now).Kind);
        if (made.Count > 0 && made[^1].Outcome.Class == FailureClass.BadRequest)
        {
            Assert.Equal(StopReason.Refused, decision.Stop);
        }
    }

    private static void CheckAttempt(RoutePlan plan, List<Made> made, Made attempt, bool allOut)
    {
        Made[] here = [.. made.Where(other => other.Target == attempt.Target)];
        Made? last = made.Count == 0 ? null : made[^1];

        // 1. What must end the request has ended it.
        Assert.False(last is not null && (last.Outcome.Class is FailureClass.None or FailureClass.BadRequest || Gone(last)), "it went on after its end");
        Assert.False(last is not null && last.Flags.HasFlag(AttemptFlags.LastChance), "it went on after its last chance");

        // 2. With every target out there is one attempt.
        Assert.True(!allOut || made.Count == 0 || made[0].Flags.HasFlag(AttemptFlags.Trial), "more than one attempt while every target was out");

        // 3. What is never asked twice is not; no more tries than allowed.
        FailureClass[] never =
        [
            FailureClass.Timeout, FailureClass.SlowFirstToken, FailureClass.ContextWindow, FailureClass.ModelNotFound, FailureClass.NotSupported, FailureClass.Malformed,
            FailureClass.ContentPolicy, FailureClass.Stall, FailureClass.StreamCut,
        ];
        Assert.DoesNotContain(here, other => never.Contains(other.Outcome.Class));
        Assert.True(here.Length <= plan.Retry.Attempts + KeysEach + 1, $"{here.Length} tries before on {attempt.Target}");
        if (here.Length == 0)
        {
            return;
        }

        // 4. Two tries on one key of a target are never closer than the backoff, except the free one.
        Made previous = here[^1];
        Assert.True(ReferenceEquals(previous, last), "a target is not come back to");
        if (attempt.Flags.HasFlag(AttemptFlags.FreshConnection))
        {
            Assert.Equal(FailureClass.Reset, previous.Outcome.Class);
            Assert.Single(here.Append(attempt), other => other.Flags.HasFlag(AttemptFlags.FreshConnection));
        }
        else if (!attempt.Flags.HasFlag(AttemptFlags.OtherKey))
        {
            double least = plan.Retry.Backoff[0].TotalMilliseconds * (1 - plan.Retry.Jitter);
            Assert.True(TimeSpan.FromTicks(attempt.At - previous.EndedAt).TotalMilliseconds >= least - 0.01, "a retry without its backoff");
        }
        else
        {
            Assert.DoesNotContain(here, other => other.Key == attempt.Key);
            Assert.True(previous.Outcome.Class is FailureClass.RateLimited or FailureClass.Auth);
        }
    }

    private static bool Gone(Made made) => (made.Outcome.Flags & OutcomeFlags.ClientGone) != 0;

    private static RoutingRig NewRig(int seed)
    {
        RoutingRig rig = new((ulong)seed);
        for (int i = 0; i < Targets; i++)
        {
            rig.Add($"p{i}/m{i}", KeysEach, maxInput: i % 2 == 0 ? 1000 * (i + 1) : 0);
        }

        return rig;
    }

    private static RoutePlan Plan(RoutingRig rig, Script script) => rig.Route(route => route with
    {
        Strategy = script.Strategy,
        Hops = script.Hops,
        Retry = new RetrySettings { Attempts = script.Retries },
        Deadline = TimeSpan.FromSeconds(script.DeadlineSeconds),
        On = script.Chained
            ? new Dictionary<FailureClass, ClassActionDefinition>
            {
                [FailureClass.RateLimited] = new(ClassActionKind.Chain, [new("p4/m4"), new("p3/m3")]),
                [FailureClass.ContextWindow] = new(ClassActionKind.Chain, [new("p2/m2")]),
                [FailureClass.Upstream5xx] = ClassActionDefinition.Of(ClassActionKind.Next),
            }
            : new Dictionary<FailureClass, ClassActionDefinition>(),
    });

    private static Arbitrary<Script> Scripts()
    {
        Gen<Step> step =
            from failure in Gen.Choose(0, FailureClasses.Count - 1)
            from tookMs in Gen.Choose(0, 4000)
            from pooled in Gen.Choose(0, 1)
            from retryAfterMs in Gen.Choose(-4000, 6000)
            from gone in Gen.Choose(0, 40)
            select new Step((FailureClass)failure, tookMs, pooled == 1, retryAfterMs, gone == 0);
        Gen<Script> script =
            from steps in step.ArrayOf(24)
            from seed in Gen.Choose(1, 1_000_000)
            from strategy in Gen.Choose(0, 9)
            from hops in Gen.Choose(1, 8)
            from retries in Gen.Choose(0, 4)
            from deadline in Gen.Choose(1, 60)
            from chained in Gen.Choose(0, 1)
            from gapMs in Gen.Choose(0, 3000)
            select new Script(steps, seed, (Routing.Strategies.StrategyKind)strategy, hops, retries, deadline, chained == 1, gapMs);
        return Arb.From(script);
    }

    private sealed record Script(
        Step[] Steps, int Seed, Routing.Strategies.StrategyKind Strategy, int Hops, int Retries, int DeadlineSeconds, bool Chained, int GapMs)
    {
        public override string ToString() =>
            $"seed {Seed}, {Strategy}, hops {Hops}, retries {Retries}, deadline {DeadlineSeconds}s, chained {Chained}, gap {GapMs}ms: "
            + string.Join("; ", Steps);
    }

    private readonly record struct Step(FailureClass Failure, int TookMs, bool Pooled, int RetryAfterMs, bool Gone)
    {
        internal Outcome ToOutcome() => Gone
            ? Outcome.Gone
            : Failure == FailureClass.None
                ? Outcome.Success(TimeSpan.FromMilliseconds(TookMs), TimeSpan.FromMilliseconds(TookMs / 2))
                : Outcome.Failure(
                    Failure,
                    retryAfter: RetryAfterMs < 0 ? null : TimeSpan.FromMilliseconds(RetryAfterMs),
                    flags: Pooled ? OutcomeFlags.PooledConnection : OutcomeFlags.None);
    }

    private sealed class Made(Target target, int key, int slot, AttemptFlags flags, long at)
    {
        internal Target Target { get; } = target;

        internal int Key { get; } = key;

        internal int Slot { get; } = slot;

        internal AttemptFlags Flags { get; } = flags;

        internal long At { get; } = at;

        internal long EndedAt { get; set; }

        internal Outcome Outcome { get; set; }
    }
}
