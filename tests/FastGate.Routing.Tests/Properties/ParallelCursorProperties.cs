using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;
using FsCheck;
using FsCheck.Fluent;
using Outcome = FastGate.Routing.Outcomes.Outcome;

namespace FastGate.Routing.Tests.Properties;

/// <summary>What must be true when several attempts of a request are under way at once, whatever order their news comes in.</summary>
public sealed class ParallelCursorProperties
{
    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithReplay(20261121, 11).WithMaxTest(600);

    [Fact]
    public void Hedges_and_races_keep_the_budgets_have_one_winner_and_leave_nothing_under_way() =>
        Check.One(Fixed, Prop.ForAll(Scripts(), script =>
        {
            RoutingRig rig = new RoutingRig((ulong)script.Seed).With("a/1", "b/2", "c/3", "d/4", "e/5");
            RoutePlan plan = rig.Route(route => route with { Hops = script.Hops });
            List<Decision> open = [];
            List<Decision> waiting = [];
            int winner = -1;
            Decision first = rig.Begin(plan, out FallbackCursor cursor);
            Take(first);
            foreach (Step step in script.Steps)
            {
                rig.Advance(step.AfterMs);
                int before = cursor.Attempts;
                bool over = cursor.IsOver;
                switch (step.Kind)
                {
                    case 0:
                        Take(cursor.StartParallel(hedge: step.AfterMs % 2 == 0, rig.Now));
                        break;
                    case 1 when waiting.Count > 0:
                        Decision waited = waiting[step.Pick % waiting.Count];
                        waiting.Remove(waited);
                        Take(cursor.AfterWait(waited.Slot, rig.Now));
                        break;
                    case 2 when open.Count > 1:
                        Decision given = open[step.Pick % open.Count];
                        if (given.Slot != winner)
                        {
                            open.Remove(given);
                            cursor.Abandon(given.Slot, rig.Now);
                        }

                        break;
                    case > 2 when open.Count > 0:
                        Decision reported = open[step.Pick % open.Count];
                        bool streaming = step.Kind == 3 && reported.Slot != winner;
                        if (!streaming)
                        {
                            open.Remove(reported);
                        }

                        Take(cursor.Next(reported.Slot, ToOutcome(step, streaming), rig.Now), reported.Slot);
                        break;
                }

                Assert.True(!over || cursor.Attempts == before, "an attempt after the end");
                Assert.True(cursor.Hops <= plan.Hops, "too many targets");
            }

            cursor.End(rig.Now);
            Assert.True(cursor.IsOver);
            Assert.All(rig.Targets, target => Assert.Equal(0, target.Load.InFlight));
            Assert.Equal(Routing.Planning.DecisionKind.None, cursor.StartParallel(hedge: false, rig.Now).Kind);

            void Take(Decision decision, int slot = -1)
            {
                switch (decision.Kind)
                {
                    case DecisionKind.Attempt:
                        Assert.DoesNotContain(open.Concat(waiting), other => other.Slot == decision.Slot);
                        (decision.Wait > TimeSpan.Zero ? waiting : open).Add(decision);
                        break;
                    case DecisionKind.Commit:
                        Assert.Equal(slot, decision.Slot);
                        Assert.True(winner < 0 || winner == slot, $"{slot} wins after {winner}");
                        winner = slot;
                        break;
                    default:
                        // A winner that broke makes room for another one.
                        winner = slot == winner ? -1 : winner;
                        break;
                }

                if (decision.Kind == DecisionKind.Attempt && slot == winner)
                {
                    winner = -1;
                }

                if (decision.Kind == DecisionKind.Stop && decision.Stop != StopReason.None)
                {
                    open.Clear();
                    waiting.Clear();
                }
            }
        }));

    private static Outcome ToOutcome(Step step, bool streaming) => streaming
        ? Outcome.StreamStarted(TimeSpan.FromMilliseconds(50))
        : step.Failure == FailureClass.None ? Outcome.Success(TimeSpan.FromMilliseconds(100)) : Outcome.Failure(step.Failure);

    private static Arbitrary<Script> Scripts()
    {
        Gen<Step> step =
            from kind in Gen.Choose(0, 6)
            from pick in Gen.Choose(0, 7)
            from failure in Gen.Choose(0, FailureClasses.Count - 1)
            from afterMs in Gen.Choose(0, 700)
            select new Step(kind, pick, (FailureClass)failure, afterMs);
        Gen<Script> script =
            from steps in step.ArrayOf(30)
            from seed in Gen.Choose(1, 1_000_000)
            from hops in Gen.Choose(1, 8)
            select new Script(steps, seed, hops);
        return Arb.From(script);
    }

    private readonly record struct Step(int Kind, int Pick, FailureClass Failure, int AfterMs);

    private sealed record Script(Step[] Steps, int Seed, int Hops)
    {
        public override string ToString() => $"seed {Seed}, hops {Hops}: {string.Join("; ", Steps)}";
    }
}
