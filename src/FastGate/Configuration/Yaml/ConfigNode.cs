using System.Collections.Immutable;

namespace FastGate.Configuration.Yaml;

/// <summary>A place in the file; both count from 1.</summary>
internal readonly record struct Mark(int Line, int Column);

/// <summary>A value of the document, and where it begins.</summary>
internal abstract class ConfigNode(Mark mark)
{
    /// <summary>Where the value begins; for an alias, where the anchored value does.</summary>
    public Mark Mark { get; } = mark;

    /// <summary>What it is, for messages: never its content, which may be secret.</summary>
    public abstract string Kind { get; }
}

/// <summary>A single value, as its text before substitution.</summary>
internal sealed class ScalarNode(Mark mark, string text, bool isPlain) : ConfigNode(mark)
{
    public string Text { get; } = text;

    /// <summary>True when it stands without quotes, which decides whether it may be YAML's null.</summary>
    public bool IsPlain { get; } = isPlain;

    /// <summary>True for a key with nothing after it, <c>~</c> and <c>null</c>.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

    public override string Kind => IsNull ? "nothing" : "a single value";
}

/// <summary>A list.</summary>
internal sealed class SequenceNode(Mark mark, ImmutableArray<ConfigNode> items) : ConfigNode(mark)
{
    public ImmutableArray<ConfigNode> Items { get; } = items;

    public override string Kind => "a list";
}

/// <summary>Keys and values in the order written; every key once.</summary>
internal sealed class MappingNode(Mark mark, ImmutableArray<Entry> entries) : ConfigNode(mark)
{
    public ImmutableArray<Entry> Entries { get; } = entries;

    public override string Kind => "keys and values";
}

/// <summary>One key and its value.</summary>
internal readonly record struct Entry(string Key, Mark KeyMark, ConfigNode Value);
