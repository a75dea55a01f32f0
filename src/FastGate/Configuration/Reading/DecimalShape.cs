using System.Globalization;
using System.Text.Json;

namespace FastGate.Configuration.Reading;

/// <summary>A number that need not be whole, such as <c>0.2</c>, within a range.</summary>
/// <param name="least">The smallest.</param>
/// <param name="most">The largest; itself allowed.</param>
/// <param name="above">True when the smallest itself is not allowed.</param>
internal sealed class DecimalShape(double least, double most, bool above = false) : ScalarShape<double>
{
    public override string TypeName => $"number{(above ? " above" : ",")} {Range}";

    protected override string Expected => $"a number {(above ? "above" : "from")} {Range}";

    protected override string? Pattern => null;

    private string Range => string.Create(CultureInfo.InvariantCulture, $"{least}{(above ? ", at most" : " to")} {most}");

    public override string Format(double value) => value.ToString(CultureInfo.InvariantCulture);

    public override void WriteDefault(Utf8JsonWriter json, double value) => json.WriteNumberValue(value);

    public override void WriteSchema(Utf8JsonWriter json) => SchemaText.WriteTypeOrSubstitution(
        json,
        type =>
        {
            type.WriteString("type", "number");
            type.WriteNumber(above ? "exclusiveMinimum" : "minimum", least);
            type.WriteNumber("maximum", most);
        });

    protected override double Parse(ScalarText text, out string? problem)
    {
        problem = null;
        if (double.TryParse(text.Value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double value)
            && (above ? value > least : value >= least) && value <= most)
        {
            return value;
        }

        problem = $"{text.Shown} is not {Expected}";
        return default;
    }
}
