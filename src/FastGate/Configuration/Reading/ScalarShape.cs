using System.Text.Json;
using FastGate.Configuration.Yaml;

namespace FastGate.Configuration.Reading;

/// <summary>A shape written as a single value.</summary>
internal abstract class ScalarShape<T> : Shape<T>
{
    /// <summary>What to write, as messages say it: "a duration such as 2s".</summary>
    protected abstract string Expected { get; }

    /// <summary>A regular expression for the values as text, which the schema offers beside substitutions; null: any text.</summary>
    protected abstract string? Pattern { get; }

    public sealed override T Read(ConfigNode node, string path, ConfigReading reading, T current)
    {
        if (reading.Text(node, path, Expected) is not { } text)
        {
            return current;
        }

        T? value = Parse(text, out string? problem);
        if (problem is null)
        {
            value = Accept(value!, node, path, reading, out problem);
        }

        if (problem is not null)
        {
            reading.Report(node, path, problem);
            return current;
        }

        return value!;
    }

    /// <summary>Reads the text.</summary>
    /// <param name="text">The value.</param>
    /// <param name="problem">What is wrong with it and the remedy, or null.</param>
    protected abstract T? Parse(ScalarText text, out string? problem);

    /// <summary>Looks at a value that was read, for shapes that need more than its text.</summary>
    protected virtual T Accept(T value, ConfigNode node, string path, ConfigReading reading, out string? problem)
    {
        problem = null;
        return value;
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "string");
        if (Pattern is not null)
        {
            json.WriteString("pattern", SchemaText.OrSubstitution(Pattern));
        }
    }
}

/// <summary>Pieces of JSON Schema several shapes share.</summary>
internal static class SchemaText
{
    private const string SubstitutionPattern = @"\$\{[^}]+\}";

    /// <summary>A pattern that also lets values with <c>${...}</c> pass, since an editor cannot know what they become.</summary>
    public static string OrSubstitution(string pattern) => $"^({pattern})$|{SubstitutionPattern}";

    /// <summary>"anyOf" of a JSON type with bounds of its own and a substitution.</summary>
    public static void WriteTypeOrSubstitution(Utf8JsonWriter json, Action<Utf8JsonWriter> writeType, string? otherPattern = null)
    {
        json.WriteStartArray("anyOf");
        json.WriteStartObject();
        writeType(json);
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteString("type", "string");
        json.WriteString("pattern", otherPattern is null ? SubstitutionPattern : OrSubstitution(otherPattern));
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
