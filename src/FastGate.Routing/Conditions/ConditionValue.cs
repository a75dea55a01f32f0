namespace FastGate.Routing.Conditions;

/// <summary>The kinds of <see cref="ConditionValue"/>.</summary>
public enum ConditionValueKind : byte
{
    /// <summary>null.</summary>
    Null,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A string.</summary>
    String,

    /// <summary>A list of values.</summary>
    List,

    /// <summary>Names with values, in order.</summary>
    Map,
}

/// <summary>
/// A node of a condition as written, before it is compiled: neither YAML nor JSON, so that both can feed it.
/// </summary>
public sealed class ConditionValue
{
    private ConditionValue(ConditionValueKind kind) => Kind = kind;

    /// <summary>The kind; it decides which of the other properties mean anything.</summary>
    public ConditionValueKind Kind { get; }

    /// <summary>A string's text; empty otherwise.</summary>
    public string Text { get; private init; } = "";

    /// <summary>A number's value.</summary>
    public double Number { get; private init; }

    /// <summary>A boolean's value.</summary>
    public bool Boolean { get; private init; }

    /// <summary>A list's items; empty otherwise.</summary>
    public IReadOnlyList<ConditionValue> Items { get; private init; } = [];

    /// <summary>A map's entries; empty otherwise.</summary>
    public IReadOnlyList<KeyValuePair<string, ConditionValue>> Entries { get; private init; } = [];

    /// <summary>Line in the file it came from, counted from 1; 0 when unknown.</summary>
    public int Line { get; init; }

    /// <summary>Column in that line, counted from 1; 0 when unknown.</summary>
    public int Column { get; init; }

    /// <summary>null.</summary>
    /// <param name="line">Line, from 1; 0 when unknown.</param>
    /// <param name="column">Column, from 1; 0 when unknown.</param>
    public static ConditionValue OfNull(int line = 0, int column = 0) => new(ConditionValueKind.Null) { Line = line, Column = column };

    /// <summary>A boolean.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="line">Line, from 1; 0 when unknown.</param>
    /// <param name="column">Column, from 1; 0 when unknown.</param>
    public static ConditionValue Of(bool value, int line = 0, int column = 0) =>
        new(ConditionValueKind.Boolean) { Boolean = value, Line = line, Column = column };

    /// <summary>A number.</summary>
    /// <param name="value">Its value.</param>
    /// <param name="line">Line, from 1; 0 when unknown.</param>
    /// <param name="column">Column, from 1; 0 when unknown.</param>
    public static ConditionValue Of(double value, int line = 0, int column = 0) =>
        new(ConditionValueKind.Number) { Number = value, Line = line, Column = column };

    /// <summary>A string.</summary>
    /// <param name="value">Its text.</param>
    /// <param name="line">Line, from 1; 0 when unknown.</param>
    /// <param name="column">Column, from 1; 0 when unknown.</param>
    public static ConditionValue Of(string value, int line = 0, int column = 0) =>
        new(ConditionValueKind.String) { Text = value, Line = line, Column = column };

    /// <summary>A list.</summary>
    /// <param name="items">Its items.</param>
    /// <param name="line">Line, from 1; 0 when unknown.</param>
    /// <param name="column">Column, from 1; 0 when unknown.</param>
    public static ConditionValue OfList(IReadOnlyList<ConditionValue> items, int line = 0, int column = 0) =>
        new(ConditionValueKind.List) { Items = items, Line = line, Column = column };

    /// <summary>A map.</summary>
    /// <param name="entries">Its entries, in order.</param>
    /// <param name="line">Line, from 1; 0 when unknown.</param>
    /// <param name="column">Column, from 1; 0 when unknown.</param>
    public static ConditionValue OfMap(IReadOnlyList<KeyValuePair<string, ConditionValue>> entries, int line = 0, int column = 0) =>
        new(ConditionValueKind.Map) { Entries = entries, Line = line, Column = column };
}
