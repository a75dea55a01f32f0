using FastGate.Routing.Keys;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;
using FastGate.Routing.Strategies;

namespace FastGate.Routing.Tests.Strategies;

public sealed class StrategyTests
{
    private readonly RoutingRig _rig = new RoutingRig(seed: 42).With("a/m", "b/m", "c/m");

    public static TheoryData<StrategyKind> Kinds => [.. Enum.GetValues<StrategyKind>()];

    [Fact]
    public void Names_are_those_of_the_contract()
    {
        Assert.Equal(
            ["priority", "round_robin", "weighted", "least_latency", "least_busy", "cost", "adaptive", "race", "rate_aware", "sticky"],
            StrategyKinds.All);
        Assert.True(StrategyKinds.TryParse("rate_aware", out StrategyKind kind));
        Assert.Equal(StrategyKind.RateAware, kind);
        Assert.False(StrategyKinds.TryParse("Priority", out _));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_strategy_reaches_every_target_once_and_repeats_itself_from_the_same_seed(StrategyKind kind)
    {
        string[] Run()
        {
            RoutingRig rig = new RoutingRig(seed: 7).With("a/m", "b/m", "c/m", "d/m");
            RoutePlan plan = rig.Route(route => route with { Strategy = kind });
            List<string> order = [];
            for (int i = 0; i < 20; i++)
            {
                List<string> tried = [];
                Decision decision = rig.Begin(plan, out FallbackCursor cursor);
                while (decision.Kind == DecisionKind.Attempt)
                {
                    tried.Add(decision.Target!.Name);
                    decision = cursor.Next(decision.Slot, Outcome.Failure(FailureClass.ModelNotFound, 404), rig.Now);
                }

                Assert.Equal(4, tried.Distinct().Count());
                order.AddRange(tried);
            }

            return [.. order];
        }

        Assert.Equal(Run(), Run());
    }

    [Fact]
    public void Round_robin_takes_turns_evenly_also_when_one_is_out()
    {
        RoutePlan plan = Plan(StrategyKind.RoundRobin);
        Assert.All(Count(plan, 300).Values, count => Assert.Equal(100, count));
        _rig.Fail(_rig["b/m"]);
        Dictionary<string, int> counts = Count(plan, 300);
        Assert.Equal(150, counts["a/m"]);
        Assert.Equal(150, counts["c/m"]);
    }

    [Fact]
    public void Weighted_is_exact_and_smooth()
    {
        RoutePlan plan = _rig.Route(route => route with
        {
            Strategy = StrategyKind.Weighted,
            Members = [new("a/m") { Weight = 5 }, new("b/m") { Weight = 1 }, new("c/m") { Weight = 1 }],
        });
        string sequence = string.Concat(Enumerable.Range(0, 7).Select(_ => Choose(plan)[0]));
        Assert.Equal("aabacaa", sequence);
    }

    [Fact]
    public void Weighted_keeps_the_proportions_of_those_that_are_left()
    {
        RoutePlan plan = _rig.Route(route => route with
        {
            Strategy = StrategyKind.Weighted,
            Members = [new("a/m") { Weight = 5 }, new("b/m") { Weight = 1.5 }, new("c/m") { Weight = 4.5 }],
        });
        _rig.Fail(_rig["a/m"]);
        Dictionary<string, int> counts = Count(plan, 4000);
        Assert.InRange(counts["c/m"] / (double)counts["b/m"], 2.6, 3.4);
    }

    [Fact]
    public void Least_latency_prefers_the_fastest_and_notices_a_peak_at_once()
    {
        RoutePlan plan = Plan(StrategyKind.LeastLatency);
        Measure("a/m", 300);
        Measure("b/m", 100);
        Measure("c/m", 200);
        Assert.Equal("b/m", Choose(plan));
        Measure("b/m", 2000);
        Assert.Equal("c/m", Choose(plan));
        Measure("b/m", 100);
        Assert.Equal("c/m", Choose(plan));
    }

    [Fact]
    public void Least_latency_counts_what_is_under_way_and_takes_an_unknown_target_once()
    {
        RoutePlan plan = Plan(StrategyKind.LeastLatency);
        Measure("a/m", 100);
        Measure("b/m", 150);
        Decision unknown = _rig.Begin(plan, out _);
        Assert.Equal("c/m", unknown.Target!.Name);
        Assert.Equal("a/m", _rig.Begin(plan, out _).Target!.Name);
        Assert.Equal("b/m", _rig.Begin(plan, out _).Target!.Name);
    }

    [Fact]
    public void Least_busy_never_takes_the_busier_of_two()
    {
        RoutingRig rig = new RoutingRig(seed: 5).With("a/m", "b/m");
        RoutePlan plan = rig.Route(route => route with { Strategy = StrategyKind.LeastBusy });
        for (int i = 0; i < 100; i++)
        {
            rig.Begin(plan, out _);
            Assert.InRange(Math.Abs(rig["a/m"].Load.InFlight - rig["b/m"].Load.InFlight), 0, 1);
        }
    }

    [Fact]
    public void Cost_takes_the_cheapest_that_fits()
    {
        RoutingRig rig = new();
        rig.Add("dear/m", inputCost: 5, maxInput: 100_000);
        rig.Add("cheap/m", inputCost: 1, maxInput: 8_000);
        RoutePlan plan = rig.Route(route => route with { Strategy = StrategyKind.Cost });
        Assert.Equal("cheap/m", rig.Begin(plan, out _, new RequestShape { InputTokens = 500 }).Target!.Name);
        Assert.Equal("dear/m", rig.Begin(plan, out _, new RequestShape { InputTokens = 20_000 }).Target!.Name);
    }

    [Fact]
    public void Adaptive_learns_which_target_is_good_and_still_explores()
    {
        RoutePlan plan = _rig.Route(route => route with { Strategy = StrategyKind.Adaptive, Hops = 1, Retry = route.Retry with { Attempts = 0 } });
        Dictionary<string, int> counts = [];
        for (int i = 0; i < 3000; i++)
        {
            _rig.Advance(20);
            Decision decision = _rig.Begin(plan, out FallbackCursor cursor);
            string name = decision.Target!.Name;
            counts[name] = counts.GetValueOrDefault(name) + 1;

            // c is five times as fast; a fails often but never three times in a row.
            bool fails = name == "a/m" && i % 3 == 0;
            var firstToken = TimeSpan.FromMilliseconds(name == "c/m" ? 100 : 500);
            cursor.Next(decision.Slot, fails ? Outcome.Failure(FailureClass.Malformed) : Outcome.Success(firstToken, firstToken), _rig.Now);
        }

        Assert.True(counts["c/m"] > 2200, string.Join(", ", counts));
        Assert.True(counts["b/m"] > 0, string.Join(", ", counts));
    }

    [Fact]
    public void Rate_aware_follows_the_room_that_is_left()
    {
        RoutePlan plan = Plan(StrategyKind.RateAware);
        _rig["a/m"].Keys.RecordRoom(0, new RateLimitRoom(10, 100, -1, -1, TimeSpan.FromSeconds(30)), _rig.Now);
        _rig["b/m"].Keys.RecordRoom(0, new RateLimitRoom(-1, -1, 90_000, 100_000, TimeSpan.FromSeconds(30)), _rig.Now);
        _rig["c/m"].Keys.RecordRoom(0, new RateLimitRoom(0, 100, 50, 100, TimeSpan.FromSeconds(30)), _rig.Now);
        Dictionary<string, int> counts = Count(plan, 2000);
        Assert.InRange(counts["b/m"], 1650, 1950);
        Assert.InRange(counts.GetValueOrDefault("c/m"), 0, 2);
        _rig.Advance(31_000);
        Assert.All(Count(plan, 3000).Values, count => Assert.InRange(count, 850, 1150));
    }

    [Fact]
    public void Sticky_keeps_a_key_on_its_target_and_moves_only_the_keys_of_one_that_fell_out()
    {
        RoutePlan plan = Plan(StrategyKind.Sticky);
        var before = Enumerable.Range(0, 600).ToDictionary(i => i, i => Choose(plan, Key(i)));
        Assert.All(before, pair => Assert.Equal(pair.Value, Choose(plan, Key(pair.Key))));
        Assert.All(before.Values.GroupBy(name => name), group => Assert.InRange(group.Count(), 120, 280));
        _rig.Fail(_rig["b/m"]);
        var after = before.Keys.ToDictionary(i => i, i => Choose(plan, Key(i)));
        Assert.All(before, pair =>
        {
            if (pair.Value != "b/m")
            {
                Assert.Equal(pair.Value, after[pair.Key]);
            }
        });
        Assert.Equal(2, before.Where(pair => pair.Value == "b/m").Select(pair => after[pair.Key]).Distinct().Count());
    }

    private static RequestShape Key(int i) => new() { StickyKey = RequestShape.HashStickyKey(BitConverter.GetBytes(i)) };

    private RoutePlan Plan(StrategyKind kind) => _rig.Route(route => route with { Strategy = kind });

    private void Measure(string name, double milliseconds) => _rig[name].Load.Measured((long)(milliseconds * TimeSpan.TicksPerMillisecond), _rig.Now);

    private string Choose(RoutePlan plan, RequestShape shape = default)
    {
        Decision decision = _rig.Begin(plan, out FallbackCursor cursor, shape);
        cursor.End(_rig.Now);
        return decision.Target!.Name;
    }

    private Dictionary<string, int> Count(RoutePlan plan, int requests) =>
        Enumerable.Range(0, requests).Select(_ => Choose(plan)).GroupBy(name => name).ToDictionary(group => group.Key, group => group.Count());
}
