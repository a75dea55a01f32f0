using FastGate.Routing.Conditions;
using FastGate.Routing.Health;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;

namespace FastGate.Routing.Tests.Health;

public sealed class ConcurrencyTests
{
    [Fact]
    public async Task Of_many_requests_at_once_one_gets_the_trial()
    {
        for (int round = 0; round < 50; round++)
        {
            RoutingRig rig = new RoutingRig((ulong)round + 1).With("a/m", "b/m");
            RoutePlan plan = rig.Route();
            rig.Fail(rig["a/m"]);
            rig.Advance(1300);
            int trials = 0;
            using Barrier barrier = new(4);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    barrier.SignalAndWait();
                    for (int i = 0; i < 50; i++)
                    {
                        NoFacts facts = default;
                        FallbackCursor cursor = default;
                        Decision first = rig.Planner.Begin(plan, default, ref facts, [], rig.Now, ref cursor);
                        if (first.Target!.Name == "a/m")
                        {
                            // It stays under way.
                            Interlocked.Increment(ref trials);
                        }
                        else
                        {
                            cursor.Next(first.Slot, Outcome.Success(TimeSpan.FromMilliseconds(1)), rig.Now);
                        }
                    }
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)));
            Assert.Equal(1, trials);
        }
    }

    [Fact]
    public async Task Results_from_many_threads_keep_the_machine_and_its_counts_sound()
    {
        RoutingRig rig = new RoutingRig(5).With("a/m", "b/m", "c/m");
        RoutePlan plan = rig.Route();
        const int Each = 20_000;
        long clock = rig.Now;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            Random random = new(thread);
            NoFacts facts = default;
            FallbackCursor cursor = default;
            for (int i = 0; i < Each; i++)
            {
                long now = Interlocked.Add(ref clock, TimeSpan.TicksPerMillisecond);
                Decision decision = rig.Planner.Begin(plan, default, ref facts, [], now, ref cursor);
                while (decision.Kind == DecisionKind.Attempt)
                {
                    now = Interlocked.Add(ref clock, TimeSpan.TicksPerMillisecond);
                    decision = decision.Wait > TimeSpan.Zero
                        ? cursor.AfterWait(decision.Slot, now + decision.Wait.Ticks)
                        : cursor.Next(
                            decision.Slot,
                            random.Next(4) == 0
                                ? Outcome.Failure((FailureClass)random.Next(1, FailureClasses.Count))
                                : Outcome.Success(TimeSpan.FromMilliseconds(5)),
                            now);
                }

                cursor.End(now);
            }
        })));

        Assert.All(rig.Targets, target => Assert.Equal(0, target.Load.InFlight));
        foreach (IGrouping<string, StateChange> changes in rig.Changes.GroupBy(change => change.Target))
        {
            TargetState at = TargetState.Healthy;
            foreach (StateChange change in changes)
            {
                Assert.Equal(at, change.From);
                at = change.To;
            }
        }
    }
}
