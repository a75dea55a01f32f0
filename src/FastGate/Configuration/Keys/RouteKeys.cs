using FastGate.Configuration.Reading;

namespace FastGate.Configuration.Keys;

/// <summary>The keys of an entry of <c>routes</c>, and of <c>defaults</c>.</summary>
internal static class RouteKeys
{
    /// <summary>What a route may be called: anything a client can put into <c>model</c> without being misread.</summary>
    public const string NamePattern = @"[^\s\u0000-\u001f\u007f]{1,256}";

    /// <summary>The keys a route has in common with <c>defaults</c>.</summary>
    public static readonly Section<RoutePolicy> Policy = new Section<RoutePolicy>(
            "defaults", "The keys of a route (all but `targets`); they hold for every route that does not say otherwise, and for `provider/model` addressing.", new RoutePolicy())
        .Key("deadline", new DurationShape(TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(24)), p => p.Deadline, (p, v) => p with { Deadline = v },
            "Time until the answer begins (the first token of a stream, the head of any other response), all attempts together.")
        .Later(
            new LaterKey("strategy"),
            new LaterKey("retry"),
            new LaterKey("hops"),
            new LaterKey("hedge_after"),
            new LaterKey("on"),
            new LaterKey("last_resort"),
            new LaterKey("stream"),
            new LaterKey("idempotency"),
            new LaterKey("cache"),
            new LaterKey("when"));

    private static readonly Section<TargetConfig> Target = new Section<TargetConfig>(
            "routes.NAME.targets", "Where a route's requests go.", new TargetConfig())
        .Key("target", new TargetShape(), t => t, (_, v) => v,
            "`provider/model`: the name of a configured provider, and the model as that provider calls it.", required: true)
        .OrJust("target")
        .Later(
            new LaterKey("weight"),
            new LaterKey("max_input_tokens"),
            new LaterKey("when"));

    /// <summary>A route.</summary>
    public static readonly Section<RouteConfig> Section = new Section<RouteConfig>(
            "routes.NAME", "A name clients send as `model`, and where such requests go.", new RouteConfig())
        .Key("targets", new ListShape<TargetConfig>(Target.AsShape(), () => new TargetConfig()), r => r.Targets, (r, v) => r with { Targets = v },
            "Where its requests go; one target in this version.", required: true)
        .KeysOf(Policy, r => r.Policy, (r, v) => r with { Policy = v })
        .Completed((route, _, path, reading) =>
        {
            if (route.Targets.Length > 1)
            {
                reading.Report(KeyPath.Of(KeyPath.Of(path, "targets"), 1), "a second target is not available in this version; keep one");
            }

            return route;
        });

    /// <summary><c>provider/model</c>.</summary>
    private sealed class TargetShape : ScalarShape<TargetConfig>
    {
        public override string TypeName => "`provider/model`";

        protected override string Expected => "a target such as openai/gpt-4o";

        protected override string Pattern => @"[a-z0-9][a-z0-9_-]*/\S+";

        protected override TargetConfig? Parse(ScalarText text, out string? problem)
        {
            int slash = text.Value.IndexOf('/');
            if (slash <= 0 || slash == text.Value.Length - 1 || text.Value.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
            {
                problem = $"{text.Shown} is not a target; write the provider's name, a slash and the model, such as openai/gpt-4o";
                return null;
            }

            problem = null;
            return new TargetConfig { Provider = text.Value[..slash], Model = text.Value[(slash + 1)..] };
        }
    }
}
