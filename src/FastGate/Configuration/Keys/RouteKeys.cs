using FastGate.Configuration.Reading;
using FastGate.Routing.Planning;
using FastGate.Routing.Retry;
using FastGate.Routing.Strategies;

namespace FastGate.Configuration.Keys;

/// <summary>The keys of an entry of <c>routes</c> and of <c>groups</c>, and of <c>defaults</c>.</summary>
internal static class RouteKeys
{
    /// <summary>What a route or a group may be called: anything a client can put into <c>model</c> without being misread.</summary>
    public const string NamePattern = @"[^\s\u0000-\u001f\u007f]{1,256}";

    /// <summary>The same in words.</summary>
    public const string NameRule = "no spaces or control characters, and at most 256 characters";

    private static readonly (string Name, StrategyKind Value)[] Strategies = [.. StrategyKinds.All.Select((name, i) => (name, (StrategyKind)i))];

    private static readonly NamesShape<StrategyKind> Strategy = new("strategy", Strategies) { Title = "strategy" };

    // How many calls a request makes at once is the route's to say.
    private static readonly NamesShape<StrategyKind> GroupStrategy = new("strategy", [.. Strategies.Where(one => one.Value != StrategyKind.Race)])
    {
        Title = "strategy",
        Refused = (StrategyKinds.Name(StrategyKind.Race), "'race' is for routes: a group chooses one of its members; give it another strategy"),
    };

    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private static readonly Section<RetrySettings> Retry = new Section<RetrySettings>(
            "routes.NAME.retry", "How one target is tried again before the next one is.", RetrySettings.Default)
        .Key("attempts", new NumberShape(0, 10), r => r.Attempts, (r, v) => r with { Attempts = v ?? r.Attempts },
            "Extra tries on the same target.")
        .Key("backoff", new ListShape<TimeSpan>(new DurationShape(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1)), () => TimeSpan.Zero, allowSingle: true),
            r => [.. r.Backoff], (r, v) => r with { Backoff = v },
            "The wait before each extra try; the last one serves all further tries.")
        .Key("jitter", new DecimalShape(0, 1), r => r.Jitter, (r, v) => r with { Jitter = v },
            "The part by which a wait may be shorter or longer, so that requests which failed together do not come back together.")
        .Key("retry_after_max", new DurationShape(TimeSpan.Zero, TimeSpan.FromHours(1)), r => r.RetryAfterMax, (r, v) => r with { RetryAfterMax = v },
            "The longest `Retry-After` that is waited for; with a longer one the request moves on. `0` never waits.");

    /// <summary>The keys a route has in common with <c>defaults</c>.</summary>
    public static readonly Section<RoutePolicy> Policy = new Section<RoutePolicy>(
            "defaults", "The keys of a route (all but `targets`); they hold for every route that does not say otherwise, and for `provider/model` addressing.", new RoutePolicy())
        .Key("strategy", Strategy, p => p.Strategy, (p, v) => p with { Strategy = v },
            "How the first target is chosen, and the next of those that are left: see [routing](routing.md).")
        .Key("retry", Retry.AsShape(), p => p.Retry, (p, v) => p with { Retry = v }, "How one target is tried again.")
        .Key("deadline", new DurationShape(TimeSpan.FromMilliseconds(1), Day), p => p.Deadline, (p, v) => p with { Deadline = v },
            "Time until the answer begins (the first token of a stream, the head of any other response), all attempts together.")
        .Key("hops", new NumberShape(1, FallbackCursor.MaximumHops), p => p.Hops, (p, v) => p with { Hops = v ?? p.Hops },
            "Targets tried at most.")
        .Key("hedge_after", new DurationShape(TimeSpan.Zero, Day), p => p.HedgeAfter, (p, v) => p with { HedgeAfter = v },
            "For streams: when no token has come after this, the next target is asked too; the first token wins and the other call is cancelled. It is taken out of `retry_budget`. `0` is off.")
        .Key("race", new NumberShape(2, FallbackCursor.MaximumHops), p => p.Race, (p, v) => p with { Race = v ?? p.Race },
            "With the strategy `race`: how many targets are asked at once, no more than `hops`. The first answer wins, or the first token of a stream, and the other calls are cancelled.")
        .Key("sticky", new StickyShape(), p => p.Sticky, (p, v) => p with { Sticky = v },
            "What the strategy `sticky` holds requests together by: `headers.NAME`, `params.PATH` or `metadata.PATH`. A request without it goes by chance.")
        .Key("on", ClassActionKeys.Section.AsShape(), p => p.On, (p, v) => p with { On = v },
            "What to do on a class of failure, where it is not the class's default. For `provider/model` addressing the defaults of the classes hold.")
        .Key("stream", StreamKeys.Section.AsShape(), p => p.Stream, (p, v) => p with { Stream = v }, "How streams are treated.")
        .Key("idempotency", AnswerKeys.Idempotency.AsShape(), p => p.Idempotency, (p, v) => p with { Idempotency = v },
            "What is done with requests that are sent again: see [the API](api.md#idempotency).")
        .Key("cache", AnswerKeys.Cache.AsShape(), p => p.Cache, (p, v) => p with { Cache = v },
            "Stored answers that are given instead of asking a provider: see [the API](api.md#stored-answers).")
        .Key("last_resort", AnswerKeys.LastResort.AsShape(), p => p.LastResort, (p, v) => p with { LastResort = v },
            "What is answered when no target could: see [routing](routing.md#the-floor-of-the-chain).");

    /// <summary>A route.</summary>
    public static readonly Section<RouteConfig> Section = new Section<RouteConfig>(
            "routes.NAME", "A name clients send as `model`, and where such requests go.", new RouteConfig())
        .Key("targets", MemberKeys.Members, r => r.Targets, (r, v) => r with { Targets = v },
            "Where its requests go.", required: true)
        .KeysOf(Policy, r => r.Policy, (r, v) => r with { Policy = v })
        .Refuses("when", "a route holds whenever it is asked for; write the condition under one of its targets");

    /// <summary>A group.</summary>
    public static readonly Section<GroupDefinition> Group = new Section<GroupDefinition>(
            "groups.NAME", "Targets under a name that routes and other groups use as one target. Clients cannot ask for a group.", new GroupDefinition("", []))
        .Key("targets", MemberKeys.Members, g => MemberKeys.Of(g.Members), (g, v) => g with { Members = v },
            "Its members: targets, other groups, routes.", required: true)
        .Key("strategy", GroupStrategy, g => g.Strategy, (g, v) => g with { Strategy = v },
            "How one of them is chosen.");
}
