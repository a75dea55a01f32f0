using System.Text.Json;
using FastGate.Configuration.Yaml;

namespace FastGate.Configuration.Reading;

/// <summary>A group of keys as the value of a key.</summary>
internal sealed class SectionShape<T>(Section<T> section) : Shape<T>
{
    public override string TypeName => section.Shorthand is { } key ? $"{key.Shape.TypeName} or keys" : "keys";

    public override Section Inner => section;

    public override T Read(ConfigNode node, string path, ConfigReading reading, T current) => section.Read(node, path, reading, current);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        if (section.Shorthand is not { } shorthand)
        {
            SectionSchema.WriteMembers(json, section);
            return;
        }

        json.WriteStartArray("anyOf");
        json.WriteStartObject();
        shorthand.Shape.WriteSchema(json);
        json.WriteEndObject();
        json.WriteStartObject();
        SectionSchema.WriteMembers(json, section);
        json.WriteEndObject();
        json.WriteEndArray();
    }
}

/// <summary>A group that may be absent altogether: null until something of it is written.</summary>
internal sealed class OptionalShape<T>(Shape<T> shape, Func<T> empty) : Shape<T?>
    where T : class
{
    public override string TypeName => shape.TypeName;

    public override Section? Inner => shape.Inner;

    public override T? Read(ConfigNode node, string path, ConfigReading reading, T? current) => shape.Read(node, path, reading, current ?? empty());

    public override void WriteSchema(Utf8JsonWriter json) => shape.WriteSchema(json);
}

/// <summary>Writes a group of keys as JSON Schema.</summary>
internal static class SectionSchema
{
    /// <summary>Writes the members of the schema object of a group.</summary>
    public static void WriteMembers(Utf8JsonWriter json, Section section)
    {
        json.WriteString("type", "object");
        json.WriteBoolean("additionalProperties", false);
        if (section.Keys.Any(key => key.Required))
        {
            json.WriteStartArray("required");
            foreach (Key key in section.Keys.Where(key => key.Required))
            {
                json.WriteStringValue(key.Name);
            }

            json.WriteEndArray();
        }

        json.WriteStartObject("properties");
        foreach (Key key in section.Keys)
        {
            json.WriteStartObject(key.Name);
            json.WriteString("description", key.Description);
            key.Shape.WriteSchema(json);
            if (key.Default is not null)
            {
                json.WritePropertyName("default");
                key.WriteDefault(json);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
