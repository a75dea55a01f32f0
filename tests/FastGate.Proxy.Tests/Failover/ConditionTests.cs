using FastGate.Proxy.Model;
using FastGate.Proxy.Tests.Harness;
using FastGate.Routing.Conditions;
using FastGate.Routing.Strategies;

namespace FastGate.Proxy.Tests.Failover;

/// <summary>Facts of the request choose the target.</summary>
public sealed class ConditionTests
{
    private const string Plain = "{\"model\":\"chat\",\"messages\":[]}";

    [Theory]
    [InlineData("metadata.tier", "gold", "{\"model\":\"chat\",\"metadata\":{\"tier\":\"gold\"},\"messages\":[]}", "", true)]
    [InlineData("metadata.tier", "gold", "{\"model\":\"chat\",\"messages\":[],\"metadata\":{\"tier\":\"iron\"}}", "", false)]
    [InlineData("metadata.a.b", "deep", "{\"model\":\"chat\",\"metadata\":{\"x\":[1],\"a\":{\"b\":\"deep\"}}}", "", true)]
    [InlineData("params.user", "u1", "{\"model\":\"chat\",\"messages\":[],\"user\":\"u1\"}", "", true)]
    [InlineData("params.response_format.type", "json", "{\"model\":\"chat\",\"response_format\":{\"type\":\"json\"}}", "", true)]
    [InlineData("headers.x-team", "blue", Plain, "X-Team: blue\r\n", true)]
    [InlineData("headers.x-team", "blue", Plain, "X-Team: red\r\n", false)]
    [InlineData("headers.x-team", "blue", Plain, "", false)]
    [InlineData("metadata.tier", "gold", Plain, "", false)]
    [InlineData("params.user", "u1", Plain, "", false)]
    [InlineData("path", "/v1/chat/completions", Plain, "", true)]
    [InlineData("path", "/v1/embeddings", Plain, "", false)]
    public async Task Condition_chooses_the_target(string fact, string value, string body, string lines, bool holds)
    {
        using var one = new RepliedUpstream(Reply.Ok);
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(When(Chains.Over(one, two), fact, value));

        (await gateway.AskAsync(Gateway.Post(body, lines: lines))).IsFrom(holds ? "one/m" : "two/m", 1, null);
    }

    [Fact]
    public async Task Fact_is_found_in_a_body_of_many_segments()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        using var two = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(When(Chains.Over(one, two), "metadata.tier", "gold"));
        string request = Gateway.Post("{\"model\":\"chat\",\"messages\":[\"" + new string('x', 20_000) + "\"],\"metadata\":{\"tier\":\"gold\"}}");
        Wire client = await gateway.ConnectAsync();

        await client.SendSlicedAsync(request, [50, 5_000, 9_001, 15_000, .. Enumerable.Range(request.Length - 20, 20)]);

        (await Message.ReadResponseAsync(client)).IsFrom("one/m", 1, null);
    }

    [Fact]
    public async Task No_target_whose_condition_holds_is_unavailable()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        await using Gateway gateway = await Gateway.StartAsync(When(Chains.Over(one), "metadata.tier", "gold"));

        (await gateway.AskAsync(Gateway.Chat())).IsError(503, "no_target_available");
    }

    [Fact]
    public async Task Sticky_fact_holds_requests_on_one_target()
    {
        using var one = new RepliedUpstream(Reply.Ok);
        using var two = new RepliedUpstream(Reply.Ok);
        using var three = new RepliedUpstream(Reply.Ok);
        Assert.True(FactPath.TryParse("metadata.user", out FactPath? path, out _));
        GatewaySettings settings = Chains.Over(one, two, three).WithRoute(route => route with { Strategy = StrategyKind.Sticky });
        await using Gateway gateway = await Gateway.StartAsync(settings with { Sticky = settings.Sticky.Add("chat", path!) });
        var used = new HashSet<string>();
        for (int user = 0; user < 12; user++)
        {
            string body = $"{{\"model\":\"chat\",\"metadata\":{{\"user\":\"u{user}\"}},\"messages\":[]}}";
            string?[] targets = [await TargetAsync(body), await TargetAsync(body), await TargetAsync(body)];
            Assert.Single(targets.Distinct());
            used.Add(targets[0]!);
        }

        Assert.True(used.Count > 1, "All users are on one target.");

        async Task<string?> TargetAsync(string body) => (await gateway.AskAsync(Gateway.Post(body)))["x-fastgate-target"];
    }

    // The first target is for requests with the fact, the second, if there is one, for all.
    private static GatewaySettings When(GatewaySettings settings, string fact, string value)
    {
        var errors = new List<ConditionError>();
        var condition = Condition.Compile(ConditionValue.OfMap([new(fact, ConditionValue.Of(value))]), "when", errors);
        Assert.Empty(errors);
        return settings.WithRoute(route => route with { Members = [route.Members[0] with { When = condition }, .. route.Members.Skip(1)] });
    }
}
