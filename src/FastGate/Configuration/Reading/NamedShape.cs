using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using FastGate.Configuration.Yaml;

namespace FastGate.Configuration.Reading;

/// <summary>Values under names the user chooses: <c>providers</c>, <c>routes</c>, <c>headers</c>.</summary>
/// <typeparam name="T">What stands under a name, its name included.</typeparam>
/// <param name="noun">What a name names, for messages.</param>
/// <param name="namePattern">What a name must match from end to end.</param>
/// <param name="nameRule">The same in words: "lower-case letters ...".</param>
/// <param name="value">What may stand under a name.</param>
/// <param name="empty">A value of which only the name is known.</param>
/// <param name="sameName">Which names are the same one.</param>
/// <param name="none">What is wrong with there being none, and the remedy; null: nothing.</param>
internal sealed class NamedShape<T>(
    string noun, string namePattern, string nameRule, Shape<T> value, Func<string, T> empty,
    StringComparer? sameName = null, string? none = null) : Shape<ImmutableArray<T>>
{
    private readonly Lazy<Regex> _namePattern = new(() => new Regex($"^(?:{namePattern})\\z", RegexOptions.CultureInvariant));

    public override string TypeName => $"{value.TypeName} by {noun} name";

    public override Section? Inner => value.Inner;

    public override ImmutableArray<T> Read(ConfigNode node, string path, ConfigReading reading, ImmutableArray<T> current)
    {
        reading.Enter(path, node);
        if (node is ScalarNode { IsNull: true } or MappingNode { Entries.IsEmpty: true })
        {
            if (none is not null)
            {
                reading.Report(node, path, none);
            }

            return [];
        }

        if (node is not MappingNode mapping)
        {
            reading.Report(node, path, $"expects a {noun} name and what belongs to it on each line, found {node.Kind}");
            return current;
        }

        ImmutableArray<T>.Builder values = ImmutableArray.CreateBuilder<T>(mapping.Entries.Length);
        HashSet<string> names = new(sameName ?? StringComparer.Ordinal);
        foreach (Entry entry in mapping.Entries)
        {
            if (!_namePattern.Value.IsMatch(entry.Key))
            {
                reading.Report(entry.KeyMark, $"{path}: '{entry.Key}' cannot be a {noun} name; use {nameRule}");
            }
            else if (!names.Add(entry.Key))
            {
                reading.Report(entry.KeyMark, $"{path}: '{entry.Key}' is given twice (upper and lower case are the same here); remove one of them");
            }

            values.Add(value.Read(entry.Value, KeyPath.Of(path, entry.Key), reading, empty(entry.Key)));
        }

        return values.MoveToImmutable();
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "object");
        json.WriteStartObject("propertyNames");
        json.WriteString("pattern", $"^({namePattern})$");
        json.WriteEndObject();
        json.WriteStartObject("additionalProperties");
        value.WriteSchema(json);
        json.WriteEndObject();
    }
}
