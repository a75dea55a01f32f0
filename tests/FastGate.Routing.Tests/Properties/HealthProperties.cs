using FastGate.Routing.Health;
using FastGate.Routing.Outcomes;
using FsCheck;
using FsCheck.Fluent;
using Outcome = FastGate.Routing.Outcomes.Outcome;

namespace FastGate.Routing.Tests.Properties;

/// <summary>What must be true of a target's health for any sequence of events.</summary>
public sealed class HealthProperties
{
    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithReplay(20261121, 9).WithMaxTest(300);

    private static readonly (TargetState From, TargetState To)[] Transitions =
    [
        (TargetState.Healthy, TargetState.Degraded), (TargetState.Healthy, TargetState.Failed), (TargetState.Degraded, TargetState.Healthy),
        (TargetState.Degraded, TargetState.Failed), (TargetState.Failed, TargetState.Recovering), (TargetState.Recovering, TargetState.Failed),
        (TargetState.Recovering, TargetState.Healthy),
    ];

    [Fact]
    public void The_machine_takes_only_the_transitions_it_has_and_its_word_is_always_sound() =>
        Check.One(Fixed, Prop.ForAll(Sequences(), events =>
        {
            RoutingRig rig = new();
            TargetHealth health = rig.Add("a/m").Health;
            Play(rig, health, events, () =>
            {
                HealthWord word = health.Read();
                Assert.InRange(word.Share, 0, 1000);
                Assert.Equal(word.State == TargetState.Failed, word.Share == 0);
                Assert.True(word.State == TargetState.Healthy || health.OpenedIncident is not null, "ill without an incident");
                Assert.True(!word.TrialUnderWay || word.State == TargetState.Recovering, "a trial outside of recovery");

                // However ill, it is never out for longer than a Retry-After may ask.
                Assert.True(word.UntilTicks <= rig.Now + TimeSpan.FromMinutes(10).Ticks + TimeSpan.TicksPerMillisecond, "out for too long");
            });
            TargetState at = TargetState.Healthy;
            foreach (StateChange change in rig.Changes)
            {
                Assert.Equal(at, change.From);
                Assert.Contains((change.From, change.To), Transitions);
                at = change.To;
            }

            Assert.Equal(at, health.State);
        }));

    [Fact]
    public void From_anywhere_a_target_that_works_again_is_healthy_again() =>
        Check.One(Fixed, Prop.ForAll(Sequences(), events =>
        {
            RoutingRig rig = new();
            TargetHealth health = rig.Add("a/m").Health;
            Play(rig, health, events, () => { });

            // Beyond the longest Retry-After and the lease of a trial nobody reported on.
            rig.Advance(TimeSpan.FromMinutes(12).TotalMilliseconds);
            Work(seconds: 60, until: () => health.Share == 1000);
            Assert.Equal(1000, health.Share);

            // Its name may come later, after many relapses.
            Work(seconds: 330, until: () => health.State == TargetState.Healthy);
            Assert.Equal(TargetState.Healthy, health.State);
            Assert.Equal(1000, health.Share);

            void Work(int seconds, Func<bool> until)
            {
                for (int i = 0; i < seconds * 10 && !until(); i++)
                {
                    rig.Advance(100);
                    Try(rig, health, Outcome.Success(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(50)));
                    health.Tick(rig.Now);
                }
            }
        }));

    [Fact]
    public void A_target_with_no_failures_is_never_kept_from_a_request() =>
        Check.One(Fixed, Prop.ForAll(Sequences(), events =>
        {
            RoutingRig rig = new();
            TargetHealth health = rig.Add("a/m").Health;
            Event[] harmless = [.. events.Where(e => e.Kind != 5 && FailureClasses.Signal(e.Failure) is HealthSignal.Success or HealthSignal.Neutral)];
            Play(rig, health, harmless, () =>
            {
                Assert.Equal(TargetState.Healthy, health.State);
                Assert.Equal(Availability.Ready, health.Read().Judge(rig.Now, 999));
            });
        }));

    private static void Play(RoutingRig rig, TargetHealth health, Event[] events, Action check)
    {
        Queue<(long At, Admission Admission)> open = [];
        foreach (Event e in events)
        {
            rig.Advance(e.AfterMs);
            Outcome outcome = e.Failure == FailureClass.None
                ? Outcome.Success(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(50))
                : Outcome.Failure(e.Failure, retryAfter: e.RetryAfterSeconds < 0 ? null : TimeSpan.FromSeconds(e.RetryAfterSeconds));
            switch (e.Kind)
            {
                case 0:
                    health.RecordProbe(e.Failure, rig.Now);
                    break;
                case 1:
                    health.Tick(rig.Now);
                    break;
                case 2 when TryAdmit(rig, health, out Admission admission):
                    open.Enqueue((rig.Now, admission));
                    break;
                case 3 when open.TryDequeue(out (long, Admission Admission) oldest):
                    bool credited = false;
                    health.Record(oldest.Admission, outcome, ref credited, rig.Now);
                    break;
                case 4 when open.TryDequeue(out (long, Admission Admission) given):
                    health.Abandon(given.Admission, beatenStream: false, rig.Now);
                    break;
                case 5:
                    long until = rig.Now + (Math.Max(e.RetryAfterSeconds, 1) * TimeSpan.TicksPerSecond);
                    health.RecordExhaustedLimit(health.Force(AdmissionKind.Normal, rig.Now), outcome.RetryAfter, until, rig.Now);
                    break;
                default:
                    for (int i = 0; i < e.Repeat; i++)
                    {
                        Try(rig, health, outcome);
                        rig.Advance(e.AfterMs / 10.0);
                    }

                    break;
            }

            check();
        }
    }

    private static void Try(RoutingRig rig, TargetHealth health, Outcome outcome)
    {
        if (TryAdmit(rig, health, out Admission admission))
        {
            bool credited = false;
            health.Record(admission, outcome, ref credited, rig.Now);
        }
    }

    private static bool TryAdmit(RoutingRig rig, TargetHealth health, out Admission admission)
    {
        HealthWord word = health.Read();
        Availability availability = word.Judge(rig.Now, 0);
        admission = default;
        return availability is not (Availability.Out or Availability.Busy) && health.TryAdmit(word, availability, rig.Now, out admission);
    }

    private static Arbitrary<Event[]> Sequences()
    {
        Gen<Event> one =
            from kind in Gen.Choose(0, 12)
            from failure in Gen.Choose(0, FailureClasses.Count - 1)
            from works in Gen.Choose(0, 2)
            from afterMs in Gen.Choose(0, 3000)
            from repeat in Gen.Choose(1, 30)
            from retryAfter in Gen.Choose(-20, 900)
            select new Event(kind, works == 0 ? (FailureClass)failure : FailureClass.None, afterMs, repeat, retryAfter);
        return Arb.From(one.ArrayOf(60));
    }

    private readonly record struct Event(int Kind, FailureClass Failure, int AfterMs, int Repeat, int RetryAfterSeconds);
}
