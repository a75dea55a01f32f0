namespace FastGate.Routing.Conditions;

/// <summary>The kinds of <see cref="FactValue"/>.</summary>
public enum FactKind : byte
{
    /// <summary>null: there, but equal to nothing except null.</summary>
    Null,

    /// <summary>true or false.</summary>
    Boolean,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A string, decoded, in UTF-8.</summary>
    String,

    /// <summary>An object or an array: it exists, and no more can be asked of it.</summary>
    Composite,
}

/// <summary>The value of a fact; a view of the request, valid as long as the request's bytes are.</summary>
public readonly ref struct FactValue
{
    private FactValue(FactKind kind, double number, ReadOnlySpan<byte> text)
    {
        Kind = kind;
        Number = number;
        Text = text;
    }

    /// <summary>The kind.</summary>
    public FactKind Kind { get; }

    /// <summary>A number's value; 1 for true.</summary>
    public double Number { get; }

    /// <summary>A string's text in UTF-8, escapes resolved.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>null.</summary>
    public static FactValue Null => default;

    /// <summary>An object or an array.</summary>
    public static FactValue Composite => new(FactKind.Composite, 0, default);

    /// <summary>A boolean.</summary>
    /// <param name="value">Its value.</param>
    public static FactValue Of(bool value) => new(FactKind.Boolean, value ? 1 : 0, default);

    /// <summary>A number.</summary>
    /// <param name="value">Its value.</param>
    public static FactValue Of(double value) => new(FactKind.Number, value, default);

    /// <summary>A string.</summary>
    /// <param name="utf8">Its text, escapes resolved.</param>
    public static FactValue Of(ReadOnlySpan<byte> utf8) => new(FactKind.String, 0, utf8);
}

/// <summary>What a condition can ask of a request. Implemented by a (ref) struct over the request's bytes; nothing is copied.</summary>
public interface IRequestFacts
{
    /// <summary>Looks a fact up.</summary>
    /// <param name="path">Its address.</param>
    /// <param name="value">Its value.</param>
    /// <returns>Whether the request has it. Never throws for what a client sent.</returns>
    bool TryGet(FactPath path, out FactValue value);
}

/// <summary>The facts of a request that has none: for routes without conditions.</summary>
public readonly struct NoFacts : IRequestFacts
{
    /// <inheritdoc/>
    public bool TryGet(FactPath path, out FactValue value)
    {
        value = default;
        return false;
    }
}
