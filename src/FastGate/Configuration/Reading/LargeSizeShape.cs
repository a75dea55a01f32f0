using System.Text.Json;

namespace FastGate.Configuration.Reading;

/// <summary>A number of bytes as <see cref="SizeShape"/> reads it, beyond 2 GiB as well.</summary>
internal sealed class LargeSizeShape(long least, long most) : ScalarShape<long>
{
    public override string TypeName => $"size, {SizeShape.Write(least)} to {SizeShape.Write(most)}";

    protected override string Expected => "a size such as 64MiB or 2GiB";

    protected override string Pattern => "[0-9]+(KiB|MiB|GiB)?";

    public override string Format(long value) => SizeShape.Write(value);

    public override void WriteSchema(Utf8JsonWriter json) => SchemaText.WriteTypeOrSubstitution(
        json,
        type =>
        {
            type.WriteString("type", "integer");
            type.WriteNumber("minimum", least);
            type.WriteNumber("maximum", most);
        },
        Pattern);

    protected override long Parse(ScalarText text, out string? problem)
    {
        if (!SizeShape.TryParse(text.Value, out long value))
        {
            problem = $"{text.Shown} is not a size; write a whole number of bytes, or one with KiB, MiB or GiB (1KiB is 1024 bytes), such as 64MiB";
            return 0;
        }

        problem = value < least || value > most ? $"{text.Shown} is out of range; write a size from {SizeShape.Write(least)} to {SizeShape.Write(most)}" : null;
        return value;
    }
}
