using System.Globalization;
using System.Text.Json;

namespace FastGate.Configuration.Reading;

/// <summary>A number of bytes such as <c>64KiB</c>, <c>32MiB</c>, <c>1GiB</c> or <c>4096</c>, within a range.</summary>
internal sealed class SizeShape(int least, int most) : ScalarShape<int>
{
    private static readonly (string Suffix, int Shift)[] Units = [("KiB", 10), ("MiB", 20), ("GiB", 30)];

    public override string TypeName => $"size, {Write(least)} to {Write(most)}";

    protected override string Expected => "a size such as 64KiB or 32MiB";

    protected override string Pattern => "[0-9]+(KiB|MiB|GiB)?";

    public override string Format(int value) => Write(value);

    public override void WriteSchema(Utf8JsonWriter json) => SchemaText.WriteTypeOrSubstitution(
        json,
        type =>
        {
            type.WriteString("type", "integer");
            type.WriteNumber("minimum", least);
            type.WriteNumber("maximum", most);
        },
        Pattern);

    protected override int Parse(ScalarText text, out string? problem)
    {
        if (!TryParse(text.Value, out long value))
        {
            problem = $"{text.Shown} is not a size; write a whole number of bytes, or one with KiB, MiB or GiB (1KiB is 1024 bytes), such as 64KiB";
            return 0;
        }

        problem = value < least || value > most ? $"{text.Shown} is out of range; write a size from {Write(least)} to {Write(most)}" : null;
        return problem is null ? (int)value : 0;
    }

    internal static bool TryParse(string text, out long value)
    {
        int shift = 0;
        ReadOnlySpan<char> digits = text;
        foreach ((string suffix, int unitShift) in Units)
        {
            if (digits.EndsWith(suffix))
            {
                digits = digits[..^suffix.Length];
                shift = unitShift;
                break;
            }
        }

        bool isNumber = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= long.MaxValue >> shift;
        value <<= shift;
        return isNumber;
    }

    internal static string Write(long value)
    {
        for (int i = Units.Length - 1; i >= 0; i--)
        {
            if (value > 0 && (value & ((1L << Units[i].Shift) - 1)) == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{value >> Units[i].Shift}{Units[i].Suffix}");
            }
        }

        return value.ToString(CultureInfo.InvariantCulture);
    }
}
