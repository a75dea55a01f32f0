using FastGate.Configuration;
using FastGate.Routing.Planning;
using FastGate.Routing.Strategies;

namespace FastGate.Tests.Configuration.Keys;

public class GroupKeysTests
{
    private readonly ConfigText _config = new();

    [Fact]
    public void Groups_hold_targets_groups_and_routes()
    {
        GatewayConfig config = _config.Valid($$"""
            {{ConfigText.OneProvider}}
            groups:
              small: { strategy: weighted, targets: [openai/a, { target: openai/b, weight: 3 }] }
              all: { targets: [small, chat] }
            routes:
              chat: { targets: [openai/c] }
              any: { targets: [{ target: all, weight: 2, when: { params.stream: true } }] }
            """);
        GroupDefinition small = config.Groups[0];

        Assert.Equal(("small", StrategyKind.Weighted), (small.Name, small.Strategy));
        Assert.Equal([("openai/a", 1.0), ("openai/b", 3.0)], small.Members.Select(member => (member.Name, member.Weight)));
        Assert.Equal(StrategyKind.Priority, config.Groups[1].Strategy);
        Assert.Equal(["openai/c", "openai/a", "openai/b"], config.NamedTargets().Select(target => target.ToString()));
        Assert.Equal("openai/c", Assert.Single(config.FindMembers("chat")!).Name);
        Assert.Null(config.FindMembers("openai/a"));
    }

    [Theory]
    [InlineData("a: {}", "3:6: groups.a: 'targets' is missing")]
    [InlineData("a: { targets: [openai/m], hops: 2 }", "3:29: groups.a.hops: unknown key 'hops'; the keys known here are targets, strategy")]
    [InlineData("a: { targets: [openai/m], strategy: race }", "3:39: groups.a.strategy: 'race' is for routes: a group chooses one of its members; give it another strategy")]
    [InlineData("a: { targets: [openai/m], strategy: rac }", "3:39: groups.a.strategy: 'rac' is no strategy; there are priority, round_robin, weighted, least_latency, least_busy, cost, adaptive, rate_aware, sticky")]
    [InlineData("openai/x: { targets: [openai/m] }", "3:13: groups[\"openai/x\"]: begins like a model of the provider 'openai'")]
    [InlineData("'a b': { targets: [openai/m] }", "3:3: groups: 'a b' cannot be a group name; use no spaces")]
    [InlineData("chat: { targets: [openai/m] }", "3:9: groups.chat: is the name of a route too; rename one of them")]
    [InlineData("a: { targets: [b] }", "3:18: groups.a.targets[0]: there is no group or route 'b'")]
    [InlineData("a: { targets: [a] }", "3:18: groups.a.targets[0]: the groups form a cycle, a -> a: take one of them out")]
    [InlineData("a: { targets: [openai/m, b] }\n  b: { targets: [c] }\n  c: { targets: [{ target: a }] }", "5:18: groups.c.targets[0]: the groups form a cycle, a -> b -> c -> a: take one of them out")]
    [InlineData("a: { targets: [openai/m] }\n  b: { targets: [{ target: a, max_input_tokens: 5 }] }", "4:49: groups.b.targets[0].max_input_tokens: \"a\" is a group: give the limit to its targets")]
    public void Mistakes_are_explained_also_in_groups_no_route_uses(string group, string expected) =>
        Assert.StartsWith(expected, _config.Error($"{ConfigText.OneProvider}groups:\n  {group}\nroutes: {{ chat: {{ targets: [openai/m] }} }}\n"));

    [Fact]
    public void A_cycle_through_routes_is_reported_at_every_name_that_closes_it() =>
        Assert.Equal(
            [
                "2:26: routes.a.targets[0]: the groups form a cycle, b.1 -> a -> b.1: take one of them out",
                "3:19: routes[\"b.1\"].targets[0]: the groups form a cycle, a -> b.1 -> a: take one of them out",
            ],
            _config.Errors($"{ConfigText.OneProvider}routes: {{ a: {{ targets: [b.1] }},\n b.1: {{ targets: [a] }} }}\n"));

    [Fact]
    public void A_route_that_reaches_too_many_targets_is_refused()
    {
        string targets = string.Join(", ", Enumerable.Range(0, 33).Select(i => $"openai/m{i}"));

        Assert.Equal(
            "4:9: routes.twice: reaches more than 64 targets, counting groups and chains: shorten them",
            _config.Error($"{ConfigText.OneProvider}groups: {{ many: {{ targets: [{targets}] }} }}\nroutes: {{\n twice: {{ targets: [many, many] }} }}\n"));
    }
}
