using System.Text.RegularExpressions;

namespace FastGate.Routing.Conditions;

/// <summary>Turns a condition as written into nodes, naming every error with its place and its remedy.</summary>
internal sealed class ConditionCompiler(ICollection<ConditionError> errors)
{
    private const int DeepestNesting = 32;
    private const int LongestPattern = 1024;
    private const string Comparisons = "$eq $ne $gt $gte $lt $lte $in $nin $regex $exists $not";

    // Linear time bounds a match already; this bounds it on a machine that stands still.
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromMilliseconds(500);

    private int _depth;

    internal Condition? Compile(ConditionValue value, string at)
    {
        int before = errors.Count;
        ConditionNode? root = CompileMap(value, at);
        return root is null || errors.Count > before ? null : new Condition(root);
    }

    private ConditionNode? CompileMap(ConditionValue value, string at)
    {
        if (value.Kind != ConditionValueKind.Map)
        {
            return Error(value, at, "a condition is a map such as { metadata.plan: pro }");
        }

        if (value.Entries.Count == 0)
        {
            return Error(value, at, "an empty condition decides nothing: remove it, or write what must hold");
        }

        if (_depth >= DeepestNesting)
        {
            return Error(value, at, $"conditions nest at most {DeepestNesting} deep");
        }

        _depth++;
        List<ConditionNode> all = [];
        foreach ((string key, ConditionValue entry) in value.Entries)
        {
            ConditionNode? node = CompileEntry(key, entry, $"{at}.{key}");
            if (node is not null)
            {
                all.Add(node);
            }
        }

        _depth--;
        return all.Count == 0 ? null : ConditionNode.All(all);
    }

    private ConditionNode? CompileEntry(string key, ConditionValue value, string at)
    {
        switch (key)
        {
            case "$and":
            case "$or":
                List<ConditionNode>? children = CompileList(value, at);
                return children is null ? null : key == "$and" ? ConditionNode.All(children) : ConditionNode.Any(children);
            case "$not":
                ConditionNode? negated = CompileMap(value, at);
                return negated is null ? null : ConditionNode.Not(negated);
        }

        if (key.StartsWith('$'))
        {
            return Error(value, at, Comparisons.Split(' ').Contains(key)
                ? $"{key} compares a fact: write it under one, such as {{ metadata.plan: {{ {key}: ... }} }}"
                : $"there is no {key} here{Nearest(key, "$and $or $not")}; a condition holds facts, $and, $or and $not");
        }

        if (!FactPath.TryParse(key, out FactPath? path, out string problem))
        {
            return Error(value, at, problem);
        }

        return CompileFact(path!, value, at);
    }

    private ConditionNode? CompileFact(FactPath path, ConditionValue value, string at)
    {
        if (value.Kind == ConditionValueKind.List)
        {
            return Error(value, at, "a fact is compared with one value; for several write { $in: [...] }");
        }

        if (value.Kind != ConditionValueKind.Map)
        {
            return ConditionNode.Of(path, new EqualityTest(new Operand(value), equal: true));
        }

        if (value.Entries.Count == 0)
        {
            return Error(value, at, $"an empty comparison decides nothing: write one of {Comparisons}");
        }

        List<ConditionNode> all = [];
        foreach ((string name, ConditionValue operand) in value.Entries)
        {
            ConditionNode? node = CompileComparison(path, name, operand, $"{at}.{name}");
            if (node is not null)
            {
                all.Add(node);
            }
        }

        return all.Count == 0 ? null : ConditionNode.All(all);
    }

    private ConditionNode? CompileComparison(FactPath path, string name, ConditionValue value, string at)
    {
        if (name == "$not")
        {
            if (++_depth > DeepestNesting)
            {
                return Error(value, at, $"conditions nest at most {DeepestNesting} deep");
            }

            ConditionNode? inner = CompileFact(path, value, at);
            _depth--;
            return inner is null ? null : ConditionNode.Not(inner);
        }

        FactTest? test = name switch
        {
            "$eq" or "$ne" => Scalar(value, at) is Operand operand ? new EqualityTest(operand, name == "$eq") : null,
            "$gt" or "$gte" or "$lt" or "$lte" => Ordered(value, at) is Operand operand
                ? new OrderTest(operand, name[1] == 'g', name.EndsWith('e'))
                : null,
            "$in" or "$nin" => Scalars(value, at) is Operand[] operands ? new MembershipTest(operands, name == "$in") : null,
            "$exists" => value.Kind == ConditionValueKind.Boolean
                ? new ExistenceTest(value.Boolean)
                : ErrorOf<FactTest>(value, at, "$exists takes true or false"),
            "$regex" => Pattern(value, at),
            _ => ErrorOf<FactTest>(value, at, $"there is no comparison {name}{Nearest(name, Comparisons)}; there are {Comparisons}"),
        };
        return test is null ? null : ConditionNode.Of(path, test);
    }

    private List<ConditionNode>? CompileList(ConditionValue value, string at)
    {
        if (value.Kind != ConditionValueKind.List || value.Items.Count == 0)
        {
            return ErrorOf<List<ConditionNode>>(value, at, "takes a list of at least one condition, such as [{ metadata.plan: pro }]");
        }

        List<ConditionNode> nodes = [];
        for (int i = 0; i < value.Items.Count; i++)
        {
            ConditionNode? node = CompileMap(value.Items[i], $"{at}[{i}]");
            if (node is not null)
            {
                nodes.Add(node);
            }
        }

        return nodes.Count == 0 ? null : nodes;
    }

    private Operand? Scalar(ConditionValue value, string at) => value.Kind is ConditionValueKind.List or ConditionValueKind.Map
        ? ErrorOf<Operand>(value, at, "takes one string, number, boolean or null; for several values use $in")
        : new Operand(value);

    private Operand? Ordered(ConditionValue value, string at) => value.Kind is ConditionValueKind.Number or ConditionValueKind.String
        ? new Operand(value)
        : ErrorOf<Operand>(value, at, "takes a number or a string");

    private Operand[]? Scalars(ConditionValue value, string at)
    {
        if (value.Kind != ConditionValueKind.List || value.Items.Any(item => item.Kind is ConditionValueKind.List or ConditionValueKind.Map))
        {
            return ErrorOf<Operand[]>(value, at, "takes a list of strings, numbers or booleans, such as [a, b]");
        }

        return [.. value.Items.Select(item => new Operand(item))];
    }

    private RegexTest? Pattern(ConditionValue value, string at)
    {
        if (value.Kind != ConditionValueKind.String || value.Text.Length > LongestPattern)
        {
            return ErrorOf<RegexTest>(value, at, $"takes a string of at most {LongestPattern} characters");
        }

        try
        {
            var regex = new Regex(value.Text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, MatchTimeout);

            // The first match builds the automaton: here, not in a request.
            _ = regex.IsMatch("x");
            return new RegexTest(regex);
        }
        catch (RegexParseException e)
        {
            return ErrorOf<RegexTest>(value, at, $"the pattern is wrong at character {e.Offset}: {e.Message}");
        }
        catch (RegexMatchTimeoutException)
        {
            return ErrorOf<RegexTest>(value, at, "the pattern is too large to match in time: write a smaller one");
        }
        catch (NotSupportedException)
        {
            return ErrorOf<RegexTest>(
                value,
                at,
                "patterns run in linear time, so lookarounds, backreferences and atomic groups cannot be used: "
                + "write it without, or combine conditions with $and and $not");
        }
    }

    private static string Nearest(string name, string candidates)
    {
        string? best = candidates.Split(' ').MinBy(candidate => EditDistance.Between(name, candidate));
        return best is not null && EditDistance.Between(name, best) <= 2 ? $" (did you mean {best}?)" : "";
    }

    private ConditionNode? Error(ConditionValue value, string at, string message) => ErrorOf<ConditionNode>(value, at, message);

    private T? ErrorOf<T>(ConditionValue value, string at, string message)
        where T : class
    {
        errors.Add(new ConditionError(at, message, value.Line, value.Column));
        return null;
    }
}
