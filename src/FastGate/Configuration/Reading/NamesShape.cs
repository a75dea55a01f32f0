using System.Text.Json;

namespace FastGate.Configuration.Reading;

/// <summary>One of a few values, each written by its name.</summary>
/// <param name="kind">What a value is, for messages: "strategy".</param>
/// <param name="known">The names and what they stand for.</param>
internal sealed class NamesShape<T>(string kind, IReadOnlyList<(string Name, T Value)> known) : ScalarShape<T>
{
    /// <summary>What the reference calls it; the names themselves when null.</summary>
    public string? Title { get; init; }

    /// <summary>A name that has a meaning elsewhere, and why it will not do here.</summary>
    public (string Name, string Problem)? Refused { get; init; }

    public override string TypeName => Title ?? Listed("`");

    protected override string Expected => $"a {kind}: {Listed("")}";

    protected override string? Pattern => null;

    public override string Format(T value) => known.First(one => EqualityComparer<T>.Default.Equals(one.Value, value)).Name;

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartArray("enum");
        foreach ((string name, _) in known)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }

    protected override T? Parse(ScalarText text, out string? problem)
    {
        foreach ((string name, T value) in known)
        {
            if (name == text.Value)
            {
                problem = null;
                return value;
            }
        }

        problem = Refused is { } refused && refused.Name == text.Value ? refused.Problem
            : NearestName.Of(text.Value, known.Select(one => one.Name)) is { } nearest ? $"{text.Shown} is no {kind}; did you mean '{nearest}'?"
            : $"{text.Shown} is no {kind}; there are {string.Join(", ", known.Select(one => one.Name))}";
        return default;
    }

    private string Listed(string quote)
    {
        string[] names = [.. known.Select(one => quote + one.Name + quote)];
        return $"{string.Join(", ", names[..^1])} or {names[^1]}";
    }
}
