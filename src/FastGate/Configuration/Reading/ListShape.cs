using System.Collections.Immutable;
using System.Text.Json;
using FastGate.Configuration.Yaml;

namespace FastGate.Configuration.Reading;

/// <summary>A list of one or more items.</summary>
/// <param name="item">What an item may be.</param>
/// <param name="empty">An item of which nothing is written yet.</param>
/// <param name="allowSingle">True when one item may stand without the list around it.</param>
internal sealed class ListShape<T>(Shape<T> item, Func<T> empty, bool allowSingle = false) : Shape<ImmutableArray<T>>
{
    public override string TypeName => allowSingle ? $"{item.TypeName}, or a list of these" : $"list of {item.TypeName}";

    public override Section? Inner => item.Inner;

    public override ImmutableArray<T> Read(ConfigNode node, string path, ConfigReading reading, ImmutableArray<T> current)
    {
        reading.Enter(path, node);
        if (node is not SequenceNode sequence)
        {
            if (allowSingle && node is not ScalarNode { IsNull: true })
            {
                return [item.Read(node, path, reading, empty())];
            }

            reading.Report(node, path, $"expects a list, found {node.Kind}; write [ ... ], or one item per line after '- '");
            return current;
        }

        if (sequence.Items.IsEmpty)
        {
            reading.Report(node, path, "is an empty list; add an item, or remove the key");
            return current;
        }

        ImmutableArray<T>.Builder items = ImmutableArray.CreateBuilder<T>(sequence.Items.Length);
        for (int i = 0; i < sequence.Items.Length; i++)
        {
            items.Add(item.Read(sequence.Items[i], KeyPath.Of(path, i), reading, empty()));
        }

        return items.MoveToImmutable();
    }

    public override string? Format(ImmutableArray<T> value) =>
        value.IsEmpty ? null
        : allowSingle && value.Length == 1 ? item.Format(value[0])
        : $"[{string.Join(", ", value.Select(one => item.Format(one)))}]";

    public override void WriteDefault(Utf8JsonWriter json, ImmutableArray<T> value)
    {
        json.WriteStartArray();
        foreach (T one in value)
        {
            item.WriteDefault(json, one);
        }

        json.WriteEndArray();
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        if (!allowSingle)
        {
            WriteListSchema(json);
            return;
        }

        json.WriteStartArray("anyOf");
        json.WriteStartObject();
        item.WriteSchema(json);
        json.WriteEndObject();
        json.WriteStartObject();
        WriteListSchema(json);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteListSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "array");
        json.WriteNumber("minItems", 1);
        json.WriteStartObject("items");
        item.WriteSchema(json);
        json.WriteEndObject();
    }
}
