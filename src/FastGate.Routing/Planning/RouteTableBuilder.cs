using FastGate.Routing.Conditions;
using FastGate.Routing.Outcomes;
using FastGate.Routing.Strategies;
using FastGate.Routing.Targets;

namespace FastGate.Routing.Planning;

/// <summary>
/// Builds a <see cref="RouteTable"/> from definitions and reports every error with its place: unknown names, cycles of groups,
/// numbers out of range. A name in a chain is a target if there is one of that name, else a group, else another route.
/// </summary>
/// <param name="targets">Every target there is.</param>
/// <param name="groups">Named groups.</param>
/// <param name="routes">The routes.</param>
public sealed class RouteTableBuilder(IReadOnlyList<Target> targets, IReadOnlyList<GroupDefinition> groups, IReadOnlyList<RouteDefinition> routes)
{
    private readonly Dictionary<string, Target> _targets = targets.ToDictionary(target => target.Name, StringComparer.Ordinal);
    private readonly Dictionary<string, GroupDefinition> _groups = Index(groups, routes);
    private readonly HashSet<string> _reported = [];

    /// <summary>Builds the table.</summary>
    /// <param name="errors">Receives every error found.</param>
    /// <returns>The table; null when there were errors.</returns>
    public RouteTable? Build(ICollection<PlanError> errors)
    {
        int before = errors.Count;
        _reported.Clear();
        List<RoutePlan> plans = [];
        HashSet<string> names = [];
        foreach (RouteDefinition route in routes)
        {
            string at = $"routes.{route.Name}";
            if (!names.Add(route.Name))
            {
                errors.Add(new PlanError(at, "there are two routes of this name: rename one"));
                continue;
            }

            RoutePlan? plan = BuildPlan(route, at, errors);
            if (plan is not null)
            {
                plans.Add(plan);
            }
        }

        return errors.Count > before ? null : new RouteTable(plans, targets);
    }

    /// <summary>A plan for one target, as <c>"model": "provider/model"</c> asks for.</summary>
    /// <param name="target">The target.</param>
    /// <param name="defaults">A route whose settings hold; its members and chains do not.</param>
    public static RoutePlan Single(Target target, RouteDefinition defaults)
    {
        RouteLeaf leaf = NewLeaf(0, target, new MemberDefinition(target.Name), null);
        var root = new RouteGroup(target.Name, [leaf], StrategyKind.Priority) { Weight = 1 };
        var actions = new ClassActionKind[FailureClasses.Count];
        return new RoutePlan(defaults with { Name = target.Name }, root, [leaf], new RouteGroup?[FailureClasses.Count], actions);
    }

    private static Dictionary<string, GroupDefinition> Index(IReadOnlyList<GroupDefinition> groups, IReadOnlyList<RouteDefinition> routes)
    {
        Dictionary<string, GroupDefinition> index = new(StringComparer.Ordinal);
        foreach (GroupDefinition group in groups)
        {
            index.TryAdd(group.Name, group);
        }

        // A route as a member contributes its chain and strategy; budgets, waits and per-class chains are those of the outer route.
        foreach (RouteDefinition route in routes)
        {
            index.TryAdd(route.Name, new GroupDefinition(route.Name, route.Members) { Strategy = route.Strategy });
        }

        return index;
    }

    private RoutePlan? BuildPlan(RouteDefinition route, string at, ICollection<PlanError> errors)
    {
        int before = errors.Count;
        Check(route, at, errors);
        List<RouteLeaf> leaves = [];
        List<string> path = [route.Name];
        RouteGroup? root = BuildGroup(route.Name, route.Members, route.Strategy, 1, null, $"{at}.targets", path, leaves, errors);
        var chains = new RouteGroup?[FailureClasses.Count];
        var actions = new ClassActionKind[FailureClasses.Count];
        foreach ((FailureClass failure, ClassActionDefinition action) in route.On)
        {
            if (failure is FailureClass.None or FailureClass.BadRequest)
            {
                errors.Add(new PlanError($"{at}.on.{FailureClasses.Name(failure)}", "cannot be rerouted: the request itself is wrong; remove it"));
                continue;
            }

            actions[(int)failure] = action.Kind;
            if (action.Kind == ClassActionKind.Chain)
            {
                string name = FailureClasses.Name(failure);
                chains[(int)failure] = BuildGroup(
                    $"{route.Name}/{name}", action.Chain, StrategyKind.Priority, 1, null, $"{at}.on.{name}", path, leaves, errors);
            }
        }

        if (leaves.Count > RoutePlan.MaximumLeaves)
        {
            errors.Add(new PlanError(at, $"reaches more than {RoutePlan.MaximumLeaves} targets, counting groups and chains: shorten them"));
        }

        return errors.Count > before || root is null ? null : new RoutePlan(route, root, leaves, chains, actions);
    }

    private static void Check(RouteDefinition route, string at, ICollection<PlanError> errors)
    {
        if (route.Hops is < 1 or > FallbackCursor.MaximumHops)
        {
            errors.Add(new PlanError($"{at}.hops", $"must be 1 to {FallbackCursor.MaximumHops}"));
        }

        if (route.Deadline <= TimeSpan.Zero)
        {
            errors.Add(new PlanError($"{at}.deadline", "must be longer than 0"));
        }

        if (route.HedgeAfter < TimeSpan.Zero)
        {
            errors.Add(new PlanError($"{at}.hedge_after", "must not be negative; 0 is off"));
        }

        if (route.Strategy == StrategyKind.Race && route.RaceWidth is < 2 or > FallbackCursor.MaximumHops)
        {
            errors.Add(new PlanError($"{at}.race", $"must start 2 to {FallbackCursor.MaximumHops} targets"));
        }

        try
        {
            route.Retry.Validate();
        }
        catch (ArgumentException e)
        {
            errors.Add(new PlanError($"{at}.retry", e.Message));
        }
    }

    private RouteGroup? BuildGroup(
        string name,
        IReadOnlyList<MemberDefinition> definitions,
        StrategyKind strategy,
        double weight,
        Condition? when,
        string at,
        List<string> path,
        List<RouteLeaf> leaves,
        ICollection<PlanError> errors)
    {
        if (definitions.Count == 0)
        {
            Report(new PlanError(at, "names no target: list at least one provider/model"), errors);
            return null;
        }

        List<RouteNode> members = [];
        for (int i = 0; i < definitions.Count; i++)
        {
            RouteNode? member = BuildMember(definitions[i], when, $"{at}[{i}]", path, leaves, errors);
            if (member is not null)
            {
                members.Add(member);
            }
        }

        return members.Count == definitions.Count && leaves.Count <= RoutePlan.MaximumLeaves
            ? new RouteGroup(name, members, strategy) { Weight = weight }
            : null;
    }

    private RouteNode? BuildMember(
        MemberDefinition definition,
        Condition? outer,
        string at,
        List<string> path,
        List<RouteLeaf> leaves,
        ICollection<PlanError> errors)
    {
        if (!(definition.Weight > 0) || double.IsInfinity(definition.Weight))
        {
            Report(new PlanError($"{at}.weight", "must be above 0"), errors);
            return null;
        }

        // Groups that name each other twice multiply: past the bound nothing more is built, and the route reports it.
        if (leaves.Count > RoutePlan.MaximumLeaves)
        {
            return null;
        }

        var when = Condition.Both(outer, definition.When);
        if (_targets.TryGetValue(definition.Name, out Target? target))
        {
            RouteLeaf leaf = NewLeaf(leaves.Count, target, definition, when);
            leaves.Add(leaf);
            return leaf;
        }

        if (!_groups.TryGetValue(definition.Name, out GroupDefinition? group))
        {
            Report(new PlanError(at, $"\"{definition.Name}\" is no target, group or route{Nearest(definition.Name)}"), errors);
            return null;
        }

        if (definition.MaxInputTokens > 0)
        {
            Report(new PlanError($"{at}.max_input_tokens", $"\"{group.Name}\" is a group: give the limit to its targets"), errors);
            return null;
        }

        if (path.Contains(group.Name))
        {
            string cycle = string.Join(" -> ", path.Skip(path.IndexOf(group.Name)).Append(group.Name));
            Report(new PlanError(at, $"the groups form a cycle, {cycle}: take one of them out"), errors);
            return null;
        }

        path.Add(group.Name);
        RouteGroup? built = BuildGroup(
            group.Name, group.Members, group.Strategy, definition.Weight, when, $"groups.{group.Name}.targets", path, leaves, errors);
        path.RemoveAt(path.Count - 1);
        return built;
    }

    private static RouteLeaf NewLeaf(int index, Target target, MemberDefinition definition, Condition? when) => new()
    {
        Index = index,
        Target = target,
        When = when,
        Weight = definition.Weight,
        MaxInputTokens = definition.MaxInputTokens > 0 ? definition.MaxInputTokens : target.MaxInputTokens,
    };

    // A group used in several places has its errors once.
    private void Report(PlanError error, ICollection<PlanError> errors)
    {
        if (_reported.Add($"{error.At}\n{error.Message}"))
        {
            errors.Add(error);
        }
    }

    private string Nearest(string name)
    {
        string? best = _targets.Keys.Concat(_groups.Keys).MinBy(known => EditDistance.Between(name, known));
        return best is not null && EditDistance.Between(name, best) <= Math.Max(2, name.Length / 4) ? $"; did you mean \"{best}\"?" : "";
    }
}
