using FastGate.Configuration.Reading;
using FastGate.Routing.Health;
using FastGate.Routing.Keys;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Planning;
using FastGate.Routing.Targets;
using FastGate.Routing.Timing;

namespace FastGate.Configuration.Keys;

/// <summary>What must hold between routes, groups, facts and providers: every name is known, no group contains itself, plans can be built.</summary>
internal sealed class RoutingConsistency(GatewayConfig gateway, ConfigReading reading)
{
    // A provider's name cannot begin like this, so nobody's target is meant.
    private static readonly MemberDefinition StandIn = new("-/-");

    // Begins the names of routes that exist only so that a group no route uses is looked at. No key can begin with it.
    private const char Unused = '\0';

    // Where the planner says an error is, and where that is written.
    private readonly Dictionary<string, string> _places = new(StringComparer.Ordinal);

    private readonly string[] _providers = [.. gateway.Providers.Select(provider => provider.Name)];

    /// <summary>
    /// Looks at everything.
    /// 1. Names that routes, groups and facts give themselves.
    /// 2. Names that chains use.
    /// 3. Numbers that depend on each other.
    /// 4. What only shows when plans are built.
    /// </summary>
    public void Check()
    {
        // 1.
        foreach (RouteConfig route in gateway.Routes)
        {
            CheckHiding(PathOf(route), route.Name);
        }

        foreach (GroupDefinition group in gateway.Groups)
        {
            CheckHiding(PathOf(group), group.Name);
            if (gateway.Routes.Any(route => route.Name == group.Name))
            {
                reading.Report(PathOf(group), "is the name of a route too; rename one of them, or a chain that names it could mean either");
            }
        }

        foreach (ModelConfig model in gateway.Models)
        {
            CheckFacts(model);
        }

        // 2. and 3.
        CheckChains(gateway.Defaults, "defaults", "defaults");
        foreach (RouteConfig route in gateway.Routes)
        {
            CheckRoute(route);
        }

        foreach (GroupDefinition group in gateway.Groups)
        {
            CheckMembers(group.Members, $"groups.{group.Name}.targets", KeyPath.Of(PathOf(group), "targets"));
        }

        // 4.
        CheckPlans();
    }

    private static string PathOf(RouteConfig route) => KeyPath.Of("routes", route.Name);

    private static string PathOf(GroupDefinition group) => KeyPath.Of("groups", group.Name);

    private void CheckHiding(string path, string name)
    {
        int slash = name.IndexOf('/');
        if (slash > 0 && gateway.FindProvider(name[..slash]) is { } shadowed)
        {
            reading.Report(path, $"begins like a model of the provider '{shadowed.Name}', which it would hide; choose a name that does not begin with '{shadowed.Name}/'");
        }
    }

    private void CheckFacts(ModelConfig model)
    {
        int slash = model.Name.IndexOf('/');
        // A name that is not provider/model has its own error; without any provider there is one already.
        if (slash > 0 && _providers.Length > 0 && gateway.FindProvider(model.Name[..slash]) is null)
        {
            reading.Report(KeyPath.Of("models", model.Name), NoProvider(model.Name[..slash], $"'{model.Name[..slash]}'"));
        }
    }

    private void CheckRoute(RouteConfig route)
    {
        string path = PathOf(route);
        RoutePolicy policy = route.Policy;
        _places.TryAdd($"routes.{route.Name}", path);
        CheckMembers(route.Targets, $"routes.{route.Name}.targets", KeyPath.Of(path, "targets"));
        // To the planner a route inside a chain is a group.
        CheckMembers(route.Targets, $"groups.{route.Name}.targets", KeyPath.Of(path, "targets"));
        CheckChains(policy, $"routes.{route.Name}", path);
    }

    private void CheckChains(RoutePolicy policy, string at, string path)
    {
        foreach ((FailureClass failure, ClassActionDefinition action) in policy.On)
        {
            // The action a route has from the defaults is the very same object, and is written there.
            bool inherited = gateway.Defaults.On.TryGetValue(failure, out ClassActionDefinition? common) && ReferenceEquals(action, common);
            string name = FailureClasses.Name(failure);
            CheckMembers(action.Chain, $"{at}.on.{name}", KeyPath.Of(KeyPath.Of(inherited ? "defaults" : path, "on"), name));
        }
    }

    private void CheckMembers(IReadOnlyList<MemberDefinition> members, string at, string path)
    {
        for (int i = 0; i < members.Count; i++)
        {
            // An item alone stands at the key itself.
            string place = KeyPath.Of(path, i);
            place = reading.Has(place) ? place : path;
            _places.TryAdd($"{at}[{i}]", place);
            CheckName(members[i].Name, place);
        }
    }

    private void CheckName(string name, string place)
    {
        int slash = name.IndexOf('/');
        // Empty when it could not be read; without any provider there is an error already.
        if (name.Length == 0 || IsKnown(name) || (slash > 0 && _providers.Length == 0))
        {
            return;
        }

        string written = KeyPath.Of(place, "target");
        written = reading.Has(written) ? written : place;
        if (slash > 0)
        {
            reading.Report(written, NoProvider(name[..slash], reading.Shown(written, name[..slash])));
            return;
        }

        IEnumerable<string> known = gateway.Groups.Select(group => group.Name).Concat(gateway.Routes.Select(route => route.Name));
        string meant = NearestName.Of(name, known) is { } nearest ? $"did you mean '{nearest}'?"
            : name is ClassActionKeys.Next or ClassActionKeys.Stop ? $"for the action of that name write it alone, without a list: {name}"
            : "a target is written provider/model, such as openai/gpt-4o";
        reading.Report(written, $"there is no group or route {reading.Shown(written, name)}; {meant}");
    }

    private bool IsKnown(string name) => gateway.FindTarget(name) is not null || gateway.FindMembers(name) is not null;

    private string NoProvider(string name, string shown)
    {
        string meant = NearestName.Of(name, _providers) is { } nearest ? $"did you mean '{nearest}'? " : "";
        return $"there is no provider {shown}; {meant}configured: {string.Join(", ", _providers)}";
    }

    private void CheckPlans()
    {
        // None of these is ever asked anything; one health and one set of keys serve them all.
        TargetHealth health = new(StandIn.Name, HealthSettings.Default, new RandomSource(0));
        TargetKeys keys = new([]);
        Target[] targets =
        [
            new Target("-", "-", health, keys),
            .. gateway.NamedTargets().Select(target => new Target(target.Provider, target.Model, health, keys)),
        ];
        GroupDefinition[] groups = [.. gateway.Groups.Select(group => group with { Members = Known(group.Members) })];
        List<RouteDefinition> routes = [.. gateway.Routes.Select(Known)];
        HashSet<string> reached = new(StringComparer.Ordinal);
        foreach (RouteConfig route in gateway.Routes)
        {
            Reach(route.Targets.Concat(route.Policy.Chained()), reached);
        }

        foreach (GroupDefinition group in groups)
        {
            if (reached.Add(group.Name))
            {
                Reach(group.Members, reached);
                _places.Add($"routes.{Unused}{group.Name}", PathOf(group));
                routes.Add(new RouteDefinition($"{Unused}{group.Name}", [new MemberDefinition(group.Name)]));
            }
        }

        List<PlanError> errors = [];
        new RouteTableBuilder(targets, groups, routes).Build(errors);
        foreach (PlanError error in errors)
        {
            reading.Report(Locate(error.At), error.Message);
        }
    }

    /// <summary>The route with what has its own error already taken out, in place.</summary>
    private RouteDefinition Known(RouteConfig route)
    {
        RouteDefinition definition = route.ToDefinition();
        return definition with
        {
            Members = Known(definition.Members),
            On = definition.On.ToDictionary(
                entry => entry.Key,
                entry => entry.Value.Kind == ClassActionKind.Chain ? entry.Value with { Chain = Known(entry.Value.Chain) } : entry.Value),
        };
    }

    private MemberDefinition[] Known(IReadOnlyList<MemberDefinition> members) =>
        members.Count == 0 ? [StandIn] : [.. members.Select(member => IsKnown(member.Name) ? member : StandIn)];

    private void Reach(IEnumerable<MemberDefinition> members, HashSet<string> reached)
    {
        foreach (MemberDefinition member in members)
        {
            if (gateway.FindTarget(member.Name) is null && gateway.FindMembers(member.Name) is { } inner && reached.Add(member.Name))
            {
                Reach(inner, reached);
            }
        }
    }

    private string Locate(string at)
    {
        string known = at;
        string? path;
        while (!_places.TryGetValue(known, out path))
        {
            known = known[..known.LastIndexOfAny(['.', '['])];
        }

        return path + at[known.Length..];
    }
}
