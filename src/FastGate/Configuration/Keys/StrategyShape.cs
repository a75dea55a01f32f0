using System.Text.Json;
using FastGate.Configuration.Reading;
using FastGate.Routing.Strategies;

namespace FastGate.Configuration.Keys;

/// <summary>A strategy.</summary>
internal sealed class StrategyShape : ScalarShape<StrategyKind>
{
    public override string TypeName => "strategy";

    protected override string Expected => "a strategy such as priority";

    protected override string? Pattern => null;

    // Starting several targets at once comes with hedging.
    private static IEnumerable<string> Known => StrategyKinds.All.Where(name => name != StrategyKinds.Name(StrategyKind.Race));

    public override string Format(StrategyKind value) => StrategyKinds.Name(value);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteStartArray("enum");
        foreach (string name in Known)
        {
            json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }

    protected override StrategyKind Parse(ScalarText text, out string? problem)
    {
        if (!StrategyKinds.TryParse(text.Value, out StrategyKind kind))
        {
            problem = NearestName.Of(text.Value, Known) is { } nearest
                ? $"{text.Shown} is no strategy; did you mean '{nearest}'?"
                : $"{text.Shown} is no strategy; there are {string.Join(", ", Known)}";
            return default;
        }

        problem = kind == StrategyKind.Race ? "'race' is not available in this version; write another strategy" : null;
        return kind;
    }
}
