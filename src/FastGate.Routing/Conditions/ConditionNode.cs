namespace FastGate.Routing.Conditions;

internal enum ConditionNodeKind : byte
{
    All,
    Any,
    Not,
    Test,
}

/// <summary>A node of a compiled condition.</summary>
internal sealed class ConditionNode
{
    private ConditionNode(ConditionNodeKind kind, ConditionNode[] children, FactPath? path, FactTest? test)
    {
        Kind = kind;
        Children = children;
        Path = path;
        Test = test;
    }

    internal ConditionNodeKind Kind { get; }

    internal ConditionNode[] Children { get; }

    internal FactPath? Path { get; }

    internal FactTest? Test { get; }

    internal static ConditionNode All(IReadOnlyList<ConditionNode> children) =>
        children.Count == 1 ? children[0] : new ConditionNode(ConditionNodeKind.All, [.. children], null, null);

    internal static ConditionNode Any(IReadOnlyList<ConditionNode> children) => new(ConditionNodeKind.Any, [.. children], null, null);

    internal static ConditionNode Not(ConditionNode child) => new(ConditionNodeKind.Not, [child], null, null);

    internal static ConditionNode Of(FactPath path, FactTest test) => new(ConditionNodeKind.Test, [], path, test);
}
