using System.Text.Json;
using FastGate.Configuration.Yaml;

namespace FastGate.Configuration.Reading;

/// <summary>A shape the schema describes once, under <c>$defs</c>, because many keys have it.</summary>
internal interface ISharedShape
{
    /// <summary>Its name under <c>$defs</c>.</summary>
    string DefinitionName { get; }

    /// <summary>Writes the members of the schema object the keys refer to.</summary>
    void WriteDefinition(Utf8JsonWriter json);
}

/// <summary>A shape that stands in the schema as a reference.</summary>
internal sealed class SharedShape<T>(string name, Shape<T> shape) : Shape<T>, ISharedShape
{
    public string DefinitionName => name;

    public override string TypeName => shape.TypeName;

    public override Section? Inner => shape.Inner;

    public override T Read(ConfigNode node, string path, ConfigReading reading, T current) => shape.Read(node, path, reading, current);

    public override string? Format(T value) => shape.Format(value);

    public override void WriteDefault(Utf8JsonWriter json, T value) => shape.WriteDefault(json, value);

    public override void WriteSchema(Utf8JsonWriter json) => json.WriteString("$ref", $"#/$defs/{name}");

    public void WriteDefinition(Utf8JsonWriter json) => shape.WriteSchema(json);
}
