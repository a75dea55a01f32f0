using System.Collections.Immutable;
using FastGate.Configuration.Reading;
using FastGate.Routing.Conditions;
using FastGate.Routing.Planning;

namespace FastGate.Configuration.Keys;

/// <summary>The keys of an entry of <c>targets</c>, in routes, groups and the chains under <c>on</c>.</summary>
internal static class MemberKeys
{
    /// <summary>The limit of an input in tokens.</summary>
    public static readonly NumberShape MaxInputTokens = new(1, int.MaxValue);

    private static readonly Section<MemberDefinition> Section = new Section<MemberDefinition>(
            "routes.NAME.targets", "Where a route's requests go.", new MemberDefinition(""))
        .Key("target", new TargetShape(), m => m.Name, (m, v) => m with { Name = v },
            "`provider/model` (the name of a configured provider, and the model as that provider calls it), or the name of a group or of another route.", required: true)
        .Key("weight", new DecimalShape(0, 1000, above: true), m => m.Weight, (m, v) => m with { Weight = v },
            "Its part relative to its siblings, for the strategies that weigh.")
        .Key("max_input_tokens", MaxInputTokens, m => m.MaxInputTokens, (m, v) => m with { MaxInputTokens = v ?? m.MaxInputTokens },
            "The largest input it is given, in tokens as estimated. Not for groups.", defaultNote: "what `models` says of the target, else no limit")
        .Key<Condition?>("when", new ConditionShape(), m => m.When, (m, v) => m with { When = v },
            "The condition that must hold of a request: `metadata.*`, `params.*`, `headers.*` and `path`, compared. On a group it holds for everything in it.",
            defaultNote: "none")
        .OrJust("target");

    /// <summary>One member.</summary>
    public static readonly SharedShape<MemberDefinition> Member = new("target", Section.AsShape());

    /// <summary>A list of members.</summary>
    public static readonly ListShape<MemberDefinition> Members = new(Member, () => new MemberDefinition(""));

    /// <summary>A list of members, or one of them alone.</summary>
    public static readonly ListShape<MemberDefinition> OneOrMore = new(Member, () => new MemberDefinition(""), allowSingle: true);

    /// <summary>Members as routing keeps them, for a list shape to go on from.</summary>
    public static ImmutableArray<MemberDefinition> Of(IReadOnlyList<MemberDefinition> members) => [.. members];

    /// <summary>What a chain may name. Whether there is such a thing is seen when everything is read.</summary>
    private sealed class TargetShape : ScalarShape<string>
    {
        public override string TypeName => "`provider/model`, group or route";

        protected override string Expected => "a target such as openai/gpt-4o";

        protected override string Pattern => @"[^\s/](\S*[^\s/])?";

        public override string Format(string value) => value;

        protected override string? Parse(ScalarText text, out string? problem)
        {
            string name = text.Value;
            bool isName = name.Length > 0 && name[0] != '/' && name[^1] != '/' && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));
            problem = isName
                ? null
                : $"{text.Shown} is not a target; write the provider's name, a slash and the model, such as openai/gpt-4o, or the name of a group or route";
            return name;
        }
    }
}
