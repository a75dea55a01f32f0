namespace FastGate.Routing.Conditions;

/// <summary>
/// A compiled condition: immutable, shared by all requests. Absent facts make a comparison false, whatever the comparison
/// (only <c>$exists: false</c> is true of them, and <c>$not</c> of what is false); nothing a request holds is an error.
/// </summary>
public sealed class Condition
{
    private readonly ConditionNode _root;

    internal Condition(ConditionNode root) => _root = root;

    /// <summary>Whether the condition holds. Allocates nothing.</summary>
    /// <typeparam name="TFacts">The facts' type; a ref struct may be used.</typeparam>
    /// <param name="facts">The request.</param>
    public bool Holds<TFacts>(ref TFacts facts)
        where TFacts : IRequestFacts, allows ref struct =>
        Holds(_root, ref facts);

    /// <summary>Compiles a condition.</summary>
    /// <param name="value">The condition as written: a map whose entries must all hold.</param>
    /// <param name="at">Where it stands, for messages, for instance <c>routes.chat.targets[1].when</c>.</param>
    /// <param name="errors">Receives every error found.</param>
    /// <returns>The condition; null when there were errors.</returns>
    public static Condition? Compile(ConditionValue value, string at, ICollection<ConditionError> errors) =>
        new ConditionCompiler(errors).Compile(value, at);

    /// <summary>Both of two conditions; either may be null for none.</summary>
    internal static Condition? Both(Condition? first, Condition? second) =>
        first is null || second is null ? first ?? second : new Condition(ConditionNode.All([first._root, second._root]));

    private static bool Holds<TFacts>(ConditionNode node, ref TFacts facts)
        where TFacts : IRequestFacts, allows ref struct
    {
        switch (node.Kind)
        {
            case ConditionNodeKind.All:
                foreach (ConditionNode child in node.Children)
                {
                    if (!Holds(child, ref facts))
                    {
                        return false;
                    }
                }

                return true;
            case ConditionNodeKind.Any:
                foreach (ConditionNode child in node.Children)
                {
                    if (Holds(child, ref facts))
                    {
                        return true;
                    }
                }

                return false;
            case ConditionNodeKind.Not:
                return !Holds(node.Children[0], ref facts);
            default:
                return node.Test!.Holds(facts.TryGet(node.Path!, out FactValue fact), fact);
        }
    }
}

/// <summary>An error in a condition as written.</summary>
/// <param name="At">Where, for instance <c>routes.chat.targets[1].when.$and[0]</c>.</param>
/// <param name="Message">What is wrong and what to write instead.</param>
/// <param name="Line">Line in the file, from 1; 0 when unknown.</param>
/// <param name="Column">Column in that line, from 1; 0 when unknown.</param>
public sealed record ConditionError(string At, string Message, int Line, int Column);
