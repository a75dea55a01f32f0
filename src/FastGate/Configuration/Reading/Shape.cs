using System.Text.Json;
using FastGate.Configuration.Yaml;

namespace FastGate.Configuration.Reading;

/// <summary>What a value may be, for the reference and the JSON Schema.</summary>
internal abstract class Shape
{
    /// <summary>What to call it in the reference, for example "duration".</summary>
    public abstract string TypeName { get; }

    /// <summary>The section inside, when there is one.</summary>
    public virtual Section? Inner => null;

    /// <summary>Writes the members of its JSON Schema object, without the braces and without a description.</summary>
    public abstract void WriteSchema(Utf8JsonWriter json);
}

/// <summary>What a value may be, and how it is read into a <typeparamref name="T"/>.</summary>
internal abstract class Shape<T> : Shape
{
    /// <summary>Reads a value; reports what is wrong with it.</summary>
    /// <param name="node">The value.</param>
    /// <param name="path">Its key, for messages.</param>
    /// <param name="reading">Takes the errors.</param>
    /// <param name="current">What holds where nothing is written; also the answer when something is wrong.</param>
    public abstract T Read(ConfigNode node, string path, ConfigReading reading, T current);

    /// <summary>A value as one would write it, for the default in the reference and the schema; null when there is nothing to show.</summary>
    public virtual string? Format(T value) => null;

    /// <summary>Writes a default as JSON.</summary>
    public virtual void WriteDefault(Utf8JsonWriter json, T value) => json.WriteStringValue(Format(value));
}
