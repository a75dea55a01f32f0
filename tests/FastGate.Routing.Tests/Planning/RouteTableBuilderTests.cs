using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;
using FastGate.Routing.Retry;
using FastGate.Routing.Strategies;

namespace FastGate.Routing.Tests.Planning;

public sealed class RouteTableBuilderTests
{
    private readonly RoutingRig _rig = new RoutingRig().With("openai/gpt-4o", "anthropic/claude");
    private readonly List<PlanError> _errors = [];

    [Fact]
    public void An_unknown_target_is_named_with_its_place_and_the_nearest_name()
    {
        Assert.Null(Build(new RouteDefinition("chat", [new("openai/gpt-4o"), new("openai/gtp-4o")])));
        PlanError error = Assert.Single(_errors);
        Assert.Equal("routes.chat.targets[1]", error.At);
        Assert.Contains("did you mean \"openai/gpt-4o\"?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cycle_of_groups_is_shown_whole()
    {
        _rig.Groups.Add(new GroupDefinition("x", [new("openai/gpt-4o"), new("y")]));
        _rig.Groups.Add(new GroupDefinition("y", [new("x")]));
        Assert.Null(Build(new RouteDefinition("chat", [new("x")])));
        PlanError error = Assert.Single(_errors);
        Assert.Equal("groups.y.targets[0]", error.At);
        Assert.Contains("x -> y -> x", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_route_in_its_own_chain_is_a_cycle()
    {
        Assert.Null(Build(new RouteDefinition("chat", [new("chat")])));
        Assert.Contains("chat -> chat", Assert.Single(_errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Groups_that_multiply_are_refused_and_not_built()
    {
        for (int i = 0; i < 40; i++)
        {
            _rig.Groups.Add(new GroupDefinition($"g{i}", [new($"g{i + 1}"), new($"g{i + 1}")]));
        }

        _rig.Groups.Add(new GroupDefinition("g40", [new("openai/gpt-4o")]));
        Assert.Null(Build(new RouteDefinition("chat", [new("g0")])));
        Assert.Contains("more than 64 targets", Assert.Single(_errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hops")]
    [InlineData("deadline")]
    [InlineData("retry")]
    [InlineData("race")]
    [InlineData("weight")]
    [InlineData("empty")]
    [InlineData("bad_request")]
    public void A_value_out_of_range_is_named_with_its_place(string what)
    {
        RouteDefinition route = new("chat", [new("openai/gpt-4o")]);
        route = what switch
        {
            "hops" => route with { Hops = 9 },
            "deadline" => route with { Deadline = TimeSpan.Zero },
            "retry" => route with { Retry = new RetrySettings { Backoff = [] } },
            "race" => route with { Strategy = StrategyKind.Race, RaceWidth = 1 },
            "weight" => route with { Members = [new("openai/gpt-4o") { Weight = 0 }] },
            "empty" => route with { Members = [] },
            _ => route with
            {
                On = new Dictionary<FailureClass, ClassActionDefinition> { [FailureClass.BadRequest] = ClassActionDefinition.Of(ClassActionKind.Next) },
            },
        };
        Assert.Null(Build(route));
        Assert.StartsWith("routes.chat.", Assert.Single(_errors).At, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_are_reported_again_when_built_again()
    {
        RouteTableBuilder builder = new(_rig.Targets, [], [new RouteDefinition("chat", [new("no/such")])]);
        List<PlanError> first = [];
        List<PlanError> second = [];
        Assert.Null(builder.Build(first));
        Assert.Null(builder.Build(second));
        Assert.Equal(first, second);
    }

    [Fact]
    public void A_route_is_found_by_its_name()
    {
        RouteTable table = Build(new RouteDefinition("chat", [new("openai/gpt-4o")]))!;
        Assert.Equal("chat", table.Find("chat")!.Name);
        Assert.Null(table.Find("Chat"));
    }

    [Fact]
    public void A_nested_group_is_used_up_by_its_own_strategy_before_the_next_member()
    {
        RoutingRig rig = new RoutingRig(seed: 3).With("a/m", "b/m", "c/m");
        rig.Groups.Add(new GroupDefinition("pair", [new("a/m"), new("b/m")]) { Strategy = StrategyKind.RoundRobin });
        RoutePlan plan = rig.Route(route => route with { Members = [new("pair"), new("c/m")] });
        HashSet<string> firsts = [];
        for (int i = 0; i < 4; i++)
        {
            Decision first = rig.Begin(plan, out FallbackCursor cursor);
            Decision second = cursor.Next(first.Slot, Outcome.Failure(FailureClass.ModelNotFound, 404), rig.Now);
            Decision third = cursor.Next(second.Slot, Outcome.Failure(FailureClass.ModelNotFound, 404), rig.Now);
            firsts.Add(first.Target!.Name);
            Assert.Equal(["a/m", "b/m"], new[] { first.Target.Name, second.Target!.Name }.Order());
            Assert.Equal("c/m", third.Target!.Name);
        }

        Assert.Equal(2, firsts.Count);
    }

    private RouteTable? Build(params RouteDefinition[] routes) => new RouteTableBuilder(_rig.Targets, _rig.Groups, routes).Build(_errors);
}
