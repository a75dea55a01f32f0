using FastGate.Routing.Conditions;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;
using FastGate.Routing.Strategies;
using FastGate.Routing.Targets;

namespace FastGate.Routing.Tests.Planning;

/// <summary>Planning and accounting allocate nothing, on the way everything goes well and on the way around a failure.</summary>
public sealed class AllocationTests
{
    private static readonly Outcome Fine = Outcome.Success(TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(100));

    public static TheoryData<StrategyKind> Kinds => [.. Enum.GetValues<StrategyKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_healthy_request_allocates_nothing(StrategyKind kind)
    {
        RoutingRig rig = new RoutingRig().With("a/m", "b/m", "c/m");
        RoutePlan plan = rig.Route(route => route with { Strategy = kind });
        AssertAllocatesNothing(rig, plan, static (ref FallbackCursor cursor, Decision first, long now) => cursor.Next(first.Slot, Fine, now));
    }

    [Fact]
    public void A_request_in_nested_groups_with_conditions_and_keys_allocates_nothing()
    {
        RoutingRig rig = new();
        rig.Add("a/m", keys: 4);
        rig.Add("b/m", keys: 4, maxInput: 1000);
        rig.Groups.Add(new GroupDefinition("inner", [new("a/m"), new("b/m")]) { Strategy = StrategyKind.Weighted });
        List<ConditionError> errors = [];
        Condition when = Condition.Compile(ConditionValue.OfMap([new("path", ConditionValue.Of("/never"))]), "when", errors)!;
        RoutePlan plan = rig.Route(route => route with { Members = [new("b/m") { When = when }, new("inner")] });
        AssertAllocatesNothing(rig, plan, static (ref FallbackCursor cursor, Decision first, long now) => cursor.Next(first.Slot, Fine, now));
    }

    [Fact]
    public void A_request_past_an_open_breaker_allocates_nothing()
    {
        RoutingRig rig = new RoutingRig().With("a/m", "b/m");
        RoutePlan plan = rig.Route();
        for (int i = 0; i < 3; i++)
        {
            rig.Report(rig["a/m"].Health, Outcome.Failure(FailureClass.Upstream5xx, 503, TimeSpan.FromMinutes(9)));
        }

        AssertAllocatesNothing(rig, plan, static (ref FallbackCursor cursor, Decision first, long now) =>
        {
            Assert.Equal("b/m", first.Target!.Name);
            return cursor.Next(first.Slot, Fine, now);
        });
    }

    [Fact]
    public void A_rescued_request_and_a_stream_allocate_nothing()
    {
        RoutingRig rig = new RoutingRig().With("a/m", "b/m");
        AssertAllocatesNothing(rig, rig.Route(), static (ref FallbackCursor cursor, Decision first, long now) =>
        {
            Decision second = cursor.Next(first.Slot, Outcome.Failure(FailureClass.ModelNotFound, 404), now);
            cursor.Next(second.Slot, Outcome.StreamStarted(TimeSpan.FromMilliseconds(80)), now);
            return cursor.Next(second.Slot, Outcome.Success(TimeSpan.FromSeconds(1)), now);
        });
    }

    [Fact]
    public void A_chain_of_the_requests_own_allocates_nothing()
    {
        RoutingRig rig = new RoutingRig().With("a/m", "b/m");
        RoutePlan plan = rig.Route();
        Target[] chain = [rig["b/m"], rig["a/m"]];
        NoFacts facts = default;
        FallbackCursor cursor = default;
        long before = 0;
        for (int i = 0; i < 2000; i++)
        {
            before = i == 1000 ? GC.GetAllocatedBytesForCurrentThread() : before;
            rig.Advance(0.01);
            Decision first = rig.Planner.Begin(plan, default, ref facts, chain, rig.Now, ref cursor);
            cursor.Next(first.Slot, Fine, rig.Now);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private delegate Decision Walk(ref FallbackCursor cursor, Decision first, long now);

    private static void AssertAllocatesNothing(RoutingRig rig, RoutePlan plan, Walk walk)
    {
        NoFacts facts = default;
        FallbackCursor cursor = default;
        long before = 0;
        for (int i = 0; i < 3000; i++)
        {
            before = i == 1000 ? GC.GetAllocatedBytesForCurrentThread() : before;
            rig.Advance(0.05);
            Decision first = rig.Planner.Begin(plan, default, ref facts, [], rig.Now, ref cursor);
            Decision last = walk(ref cursor, first, rig.Now);
            if (last.Kind != DecisionKind.Commit)
            {
                Assert.Fail($"{last.Kind} for {last.Stop}");
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
