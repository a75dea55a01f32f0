using System.Globalization;
using System.Text.Json;

namespace FastGate.Configuration.Reading;

/// <summary>A whole number within a range; with <paramref name="auto"/>, the word "auto" stands for null.</summary>
internal sealed class NumberShape(int least, int most, bool auto = false) : ScalarShape<int?>
{
    private const string Auto = "auto";

    public override string TypeName => string.Create(CultureInfo.InvariantCulture, $"{(auto ? "`auto` or a number" : "number")}, {least} to {most}");

    protected override string Expected => $"a whole number from {least} to {most}{(auto ? ", or auto" : "")}";

    protected override string? Pattern => auto ? Auto : null;

    public override string Format(int? value) => value?.ToString(CultureInfo.InvariantCulture) ?? Auto;

    public override void WriteDefault(Utf8JsonWriter json, int? value)
    {
        if (value is { } number)
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteStringValue(Auto);
        }
    }

    public override void WriteSchema(Utf8JsonWriter json) => SchemaText.WriteTypeOrSubstitution(
        json,
        type =>
        {
            type.WriteString("type", "integer");
            type.WriteNumber("minimum", least);
            type.WriteNumber("maximum", most);
        },
        Pattern);

    protected override int? Parse(ScalarText text, out string? problem)
    {
        problem = null;
        if (auto && text.Value == Auto)
        {
            return null;
        }

        if (int.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most)
        {
            return value;
        }

        problem = $"{text.Shown} is not {Expected}";
        return null;
    }
}

/// <summary><c>true</c> or <c>false</c>.</summary>
internal sealed class SwitchShape : ScalarShape<bool>
{
    public override string TypeName => "`true` or `false`";

    protected override string Expected => "true or false";

    protected override string? Pattern => null;

    public override string Format(bool value) => value ? "true" : "false";

    public override void WriteDefault(Utf8JsonWriter json, bool value) => json.WriteBooleanValue(value);

    public override void WriteSchema(Utf8JsonWriter json) => SchemaText.WriteTypeOrSubstitution(json, type => type.WriteString("type", "boolean"));

    protected override bool Parse(ScalarText text, out string? problem)
    {
        problem = text.Value is "true" or "false" ? null : $"{text.Shown} is neither true nor false";
        return text.Value == "true";
    }
}

/// <summary>An address to listen on.</summary>
internal sealed class AddressShape : ScalarShape<Address>
{
    public override string TypeName => "address";

    protected override string Expected => "an address such as 127.0.0.1:8080";

    protected override string Pattern => @"(\*|localhost|[0-9.]+|\[[0-9a-fA-F:.]+\])?:[0-9]{1,5}";

    public override string Format(Address value) => value.ToString();

    protected override Address? Parse(ScalarText text, out string? problem)
    {
        if (!Address.TryParse(text.Value, out Address? address, out problem))
        {
            problem = $"{text.Shown} {problem}";
        }

        return address;
    }
}
