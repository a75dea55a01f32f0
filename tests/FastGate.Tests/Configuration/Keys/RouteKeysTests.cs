using FastGate.Composition;
using FastGate.Configuration;
using FastGate.Proxy.Model;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;
using FastGate.Routing.Retry;
using FastGate.Routing.Strategies;

namespace FastGate.Tests.Configuration.Keys;

public class RouteKeysTests
{
    private readonly ConfigText _config = new();

    [Theory]
    [InlineData("chat: { targets: [openai/m], stream: { resume: sometimes } }", "routes.chat.stream.resume: 'sometimes' is neither true, always nor false")]
    [InlineData("chat: { targets: [openai/m], stream: { ring: 1KiB } }", "routes.chat.stream.ring: '1KiB' is out of range; write a size from 16KiB to 64MiB")]
    [InlineData("chat: { targets: [openai/m], stream: { retain: 0 } }", "routes.chat.stream.retain: '0' is out of range; write a duration from 1s to 1h")]
    [InlineData("chat: { targets: [openai/m], stream: { rings: 1 } }", "routes.chat.stream.rings: unknown key 'rings'; did you mean 'ring'?")]
    [InlineData("chat: { targets: [openai/m], when: { path: x } }", "routes.chat.when: a route holds whenever it is asked for; write the condition under one of its targets")]
    [InlineData("chat: { targets: [gpt-4o] }", "routes.chat.targets[0]: there is no group or route 'gpt-4o'; a target is written provider/model, such as openai/gpt-4o")]
    [InlineData("chat: { targets: [caht] }", "routes.chat.targets[0]: there is no group or route 'caht'; did you mean 'chat'?")]
    [InlineData("chat: { targets: [openai/] }", "'openai/' is not a target; write the provider's name, a slash and the model")]
    [InlineData("chat: { targets: [/m] }", "'/m' is not a target")]
    [InlineData("chat: { targets: ['openai/a b'] }", "'openai/a b' is not a target")]
    [InlineData("chat: { targets: [azzure/m] }", "routes.chat.targets[0]: there is no provider 'azzure'; configured: openai")]
    [InlineData("chat: { targets: [openai/m, { target: opanai/m }] }", "routes.chat.targets[1].target: there is no provider 'opanai'; did you mean 'openai'? configured: openai")]
    [InlineData("chat: { targets: [{ weight: 1 }] }", "routes.chat.targets[0]: 'target' is missing")]
    [InlineData("chat: { targets: [{ target: openai/m, weight: 0 }] }", "routes.chat.targets[0].weight: '0' is not a number above 0, at most 1000")]
    [InlineData("chat: { targets: [{ target: openai/m, weight: -1 }] }", "targets[0].weight: '-1' is not a number above 0, at most 1000")]
    [InlineData("chat: { targets: [{ target: openai/m, max_input_tokens: 0 }] }", "targets[0].max_input_tokens: '0' is not a whole number from 1 to 2147483647")]
    [InlineData("chat: { targets: [{ target: openai/m, wieght: 1 }] }", "targets[0].wieght: unknown key 'wieght'; did you mean 'weight'?")]
    [InlineData("chat: {}", "routes.chat: 'targets' is missing")]
    [InlineData("chat:", "routes.chat: 'targets' is missing")]
    [InlineData("chat: { targets: [] }", "routes.chat.targets: is an empty list")]
    [InlineData("chat: { targets: openai/m }", "routes.chat.targets: expects a list, found a single value")]
    [InlineData("chat: { target: openai/m }", "routes.chat.target: unknown key 'target'; did you mean 'targets'?", "'targets' is missing")]
    [InlineData("openai/x: { targets: [openai/m] }", "routes[\"openai/x\"]: begins like a model of the provider 'openai', which it would hide")]
    [InlineData("'a b': { targets: [openai/m] }", "routes: 'a b' cannot be a route name")]
    [InlineData("chat: { targets: [openai/m], strategy: round-robin }", "routes.chat.strategy: 'round-robin' is no strategy; did you mean 'round_robin'?")]
    [InlineData("chat: { targets: [openai/m], strategy: random }", "'random' is no strategy; there are priority, round_robin, weighted, least_latency, least_busy, cost, adaptive, race, rate_aware, sticky")]
    [InlineData("chat: { targets: [openai/m], retry: 2 }", "routes.chat.retry: expects keys and values, found a single value; the keys known here are attempts, backoff, jitter, retry_after_max")]
    [InlineData("chat: { targets: [openai/m], retry: { attempts: 11 } }", "routes.chat.retry.attempts: '11' is not a whole number from 0 to 10")]
    [InlineData("chat: { targets: [openai/m], retry: { backoff: [] } }", "routes.chat.retry.backoff: is an empty list")]
    [InlineData("chat: { targets: [openai/m], retry: { backoff: [1s, 0] } }", "routes.chat.retry.backoff[1]: '0' is out of range; write a duration from 1ms to 1h")]
    [InlineData("chat: { targets: [openai/m], retry: { jitter: 1.5 } }", "routes.chat.retry.jitter: '1.5' is not a number from 0 to 1")]
    [InlineData("chat: { targets: [openai/m], retry: { jitter: NaN } }", "routes.chat.retry.jitter: 'NaN' is not a number from 0 to 1")]
    [InlineData("chat: { targets: [openai/m], retry: { retry_after_max: 2h } }", "'2h' is out of range; write a duration from 0 to 1h")]
    [InlineData("chat: { targets: [openai/m], deadline: 0 }", "routes.chat.deadline: '0' is out of range")]
    [InlineData("chat: { targets: [openai/m], hops: 9 }", "routes.chat.hops: '9' is not a whole number from 1 to 8")]
    [InlineData("chat: { targets: [openai/m], race: 1 }", "routes.chat.race: '1' is not a whole number from 2 to 8")]
    [InlineData("chat: { targets: [openai/m], race: 9 }", "routes.chat.race: '9' is not a whole number from 2 to 8")]
    [InlineData("chat: { targets: [openai/m], hedge_after: 25h }", "routes.chat.hedge_after: '25h' is out of range")]
    [InlineData("chat: { targets: [openai/m], sticky: session }", "routes.chat.sticky: 'session' is nothing requests can be held together by; write headers.<name>, params.<key> or metadata.<key>")]
    [InlineData("chat: { targets: [openai/m], sticky: path }", "'path' is nothing requests can be held together by")]
    [InlineData("chat: { targets: [openai/m], sticky: metadata..id }", "'metadata..id' has an empty key; remove the extra dot")]
    [InlineData("chat: { targets: [openai/m], sticky: { header: x } }", "routes.chat.sticky: expects a fact such as headers.x-session-id, found keys and values")]
    public void Mistakes_are_explained(string route, params string[] expected)
    {
        string[] errors = _config.Errors($"{ConfigText.OneProvider}routes:\n  {route}\n");

        Assert.Equal(expected.Length, errors.Length);
        Assert.All(expected, one => Assert.Contains(errors, error => error.Contains(one)));
    }

    [Fact]
    public void Without_keys_a_route_is_what_routing_takes_for_the_default()
    {
        RouteDefinition route = Assert.Single(_config.Valid($"{ConfigText.OneProvider}routes: {{ chat: {{ targets: [openai/m] }} }}\n").Routes).ToDefinition();
        RouteDefinition usual = new("chat", [new MemberDefinition("openai/m")]);

        Assert.Equal(usual.Members, route.Members);
        Assert.Empty(route.On);
        Assert.Equal(usual with { Members = route.Members, On = route.On }, route);
    }

    [Fact]
    public void Every_key_reaches_the_definition()
    {
        GatewayConfig config = _config.Valid($$"""
            {{ConfigText.OneProvider}}
            routes:
              chat:
                strategy: least_busy
                targets:
                  - openai/a
                  - { target: openai/org/b, weight: 2.5, max_input_tokens: 200000, when: { metadata.plan: pro } }
                  - plain
                retry: { attempts: 3, backoff: [10ms, 1s], jitter: 0, retry_after_max: 0 }
                deadline: 5s
                hops: 8
                hedge_after: 0
                race: 3
                sticky: headers.X-Session-Id
                on: { rate_limited: next }
              plain: { targets: [openai/c], retry: { backoff: 250ms } }
            """);
        RouteDefinition chat = config.Routes[0].ToDefinition();

        Assert.Equal((StrategyKind.LeastBusy, 8), (chat.Strategy, chat.Hops));
        Assert.Equal(["openai/a", "openai/org/b", "plain"], chat.Members.Select(member => member.Name));
        Assert.Equal([1, 2.5, 1], chat.Members.Select(member => member.Weight));
        Assert.Equal([0, 200000, 0], chat.Members.Select(member => member.MaxInputTokens));
        Assert.Equal([false, true, false], chat.Members.Select(member => member.When is not null));
        Assert.Equal([TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(1)], chat.Retry.Backoff);
        Assert.Equal((3, 0.0, TimeSpan.Zero), (chat.Retry.Attempts, chat.Retry.Jitter, chat.Retry.RetryAfterMax));
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.Zero, 3), (chat.Deadline, chat.HedgeAfter, chat.RaceWidth));
        Assert.Equal("headers.X-Session-Id", config.Routes[0].Policy.Sticky);
        Assert.Equal(ClassActionKind.Next, chat.On[FailureClass.RateLimited].Kind);
        Assert.Equal([TimeSpan.FromMilliseconds(250)], config.Routes[1].Policy.Retry.Backoff);
        Assert.Equal(["openai/a", "openai/org/b", "openai/c"], config.NamedTargets().Select(target => target.ToString()));
    }

    [Fact]
    public void Every_key_of_streams_reaches_the_data_plane()
    {
        GatewaySettings settings = _config.Valid($$"""
            {{ConfigText.OneProvider}}
            server: { max_detached: 7, replay_memory: 1MiB }
            defaults: { stream: { resume: false, ring: 32KiB } }
            routes:
              chat: { targets: [openai/a], stream: { resume: always, ring: 64KiB, retain: 5m } }
              plain: { targets: [openai/a] }
            """).ToSettings();

        Assert.Equal(new StreamSettings { Resume = StreamResume.Always, Ring = 64 * 1024, Retain = TimeSpan.FromMinutes(5) }, settings.Streams["chat"]);
        Assert.Equal(new StreamSettings { Resume = StreamResume.Never, Ring = 32 * 1024 }, settings.Streams["plain"]);
        Assert.Equal(settings.Streams["plain"], settings.DirectStreams);
        Assert.Equal((7, 1024 * 1024), (settings.Limits.MaxDetached, settings.Limits.ReplayMemory));
    }

    [Theory]
    [MemberData(nameof(StrategyNames))]
    public void Every_strategy_can_be_named(string name) =>
        Assert.Equal(name, StrategyKinds.Name(Route($"{{ targets: [openai/m], strategy: {name} }}").Strategy));

    public static TheoryData<string> StrategyNames() => [.. StrategyKinds.All];

    [Fact]
    public void The_extremes_of_retry_are_extremes_to_routing_too()
    {
        foreach (string retry in (string[])["{ attempts: 0, backoff: 1ms, jitter: 0, retry_after_max: 0 }", "{ attempts: 10, backoff: 1h, jitter: 1, retry_after_max: 1h }"])
        {
            Route($"{{ targets: [openai/m], retry: {retry} }}").Retry.Validate();
        }
    }

    [Fact]
    public void A_slash_in_a_route_name_is_fine_where_no_provider_is_hidden()
    {
        GatewayConfig config = _config.Valid($"{ConfigText.OneProvider}routes: {{ team/chat: {{ targets: [openai/m] }}, other: {{ targets: [team/chat] }} }}\n");

        Assert.Equal("team/chat", config.Routes[0].Name);
        Assert.Null(config.FindTarget("team/chat"));
    }

    [Fact]
    public void A_route_starts_from_the_defaults_wherever_they_stand_key_by_key()
    {
        GatewayConfig config = _config.Valid($$"""
            routes: { a: { targets: [openai/m] }, b: { targets: [openai/m], deadline: 1s, retry: { attempts: 0 }, on: { stall: stop } } }
            defaults: { deadline: 7s, strategy: least_busy, retry: { attempts: 5, jitter: 0.5 }, hops: 2, on: { stall: next, content_policy: openai/o } }
            {{ConfigText.OneProvider}}
            """);
        RoutePolicy a = config.Routes[0].Policy;
        RoutePolicy b = config.Routes[1].Policy;

        Assert.Equal(config.Defaults, a);
        Assert.Equal((7.0, StrategyKind.LeastBusy, 2), (a.Deadline.TotalSeconds, a.Strategy, a.Hops));
        Assert.Equal((1.0, StrategyKind.LeastBusy, 2), (b.Deadline.TotalSeconds, b.Strategy, b.Hops));
        Assert.Equal(RetrySettings.Default with { Attempts = 0, Jitter = 0.5, Backoff = b.Retry.Backoff }, b.Retry);
        Assert.Equal(ClassActionKind.Stop, b.On[FailureClass.Stall].Kind);
        Assert.Equal("openai/o", Assert.Single(b.On[FailureClass.ContentPolicy].Chain).Name);
    }

    [Fact]
    public void Telemetry_comes_later() =>
        Assert.StartsWith("1:1: telemetry: 'telemetry' is not available in this version", _config.Error($"telemetry: {{ otlp: x }}\n{ConfigText.OneProvider}"));

    private RouteDefinition Route(string route) => _config.Valid($"{ConfigText.OneProvider}routes: {{ chat: {route} }}\n").Routes[0].ToDefinition();
}
