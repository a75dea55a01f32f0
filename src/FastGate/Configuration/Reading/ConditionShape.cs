using System.Globalization;
using System.Text.Json;
using FastGate.Configuration.Yaml;
using FastGate.Routing.Conditions;

namespace FastGate.Configuration.Reading;

/// <summary>A condition over a request, such as <c>{ metadata.plan: pro }</c>; compiled here, so that its errors have their places.</summary>
internal sealed class ConditionShape : Shape<Condition?>
{
    // Aliases repeat what they name: a few lines can stand for millions of comparisons.
    private const int MostValues = 1000;

    public override string TypeName => "condition";

    public override Condition? Read(ConfigNode node, string path, ConfigReading reading, Condition? current)
    {
        reading.Enter(path, node);
        Conversion conversion = new(reading);
        ConditionValue? value = conversion.Convert(node, path, node.Mark);
        if (value is null)
        {
            return current;
        }

        List<ConditionError> errors = [];
        var condition = Condition.Compile(value, path, errors);
        foreach (ConditionError error in errors)
        {
            string message = conversion.PutIn.Any(secret => error.Message.Contains(secret, StringComparison.Ordinal))
                ? "what ${...} puts in here makes it wrong; check where the value comes from"
                : error.Message;
            reading.Report(new Mark(error.Line, error.Column), $"{error.At}: {message}");
        }

        return condition ?? current;
    }

    public override void WriteSchema(Utf8JsonWriter json)
    {
        json.WriteString("type", "object");
        json.WriteNumber("minProperties", 1);
    }

    /// <summary>One condition on its way from YAML to what the compiler takes.</summary>
    private sealed class Conversion(ConfigReading reading)
    {
        private int _values;

        /// <summary>Texts that came from the environment or a file and must not be shown.</summary>
        public List<string> PutIn { get; } = [];

        /// <summary>Converts a value; null after reporting why there is none.</summary>
        /// <param name="node">The value.</param>
        /// <param name="at">Its key.</param>
        /// <param name="mark">What errors point at: for an entry its key, since many are about the key, and its value may begin lines below.</param>
        public ConditionValue? Convert(ConfigNode node, string at, Mark mark)
        {
            if (++_values > MostValues)
            {
                if (_values == MostValues + 1)
                {
                    reading.Report(mark, $"{at}: the condition holds more than {MostValues} values; write a smaller one");
                }

                return null;
            }

            return node switch
            {
                MappingNode mapping => ConvertMap(mapping, at, mark),
                SequenceNode sequence => ConvertList(sequence, at, mark),
                ScalarNode scalar => ConvertScalar(scalar, at, mark),
                _ => throw new ArgumentOutOfRangeException(nameof(node)),
            };
        }

        private ConditionValue? ConvertMap(MappingNode mapping, string at, Mark mark)
        {
            List<KeyValuePair<string, ConditionValue>> entries = [];
            foreach (Entry entry in mapping.Entries)
            {
                if (Convert(entry.Value, $"{at}.{entry.Key}", entry.KeyMark) is { } value)
                {
                    entries.Add(KeyValuePair.Create(entry.Key, value));
                }
            }

            return entries.Count == mapping.Entries.Length ? ConditionValue.OfMap(entries, mark.Line, mark.Column) : null;
        }

        private ConditionValue? ConvertList(SequenceNode sequence, string at, Mark mark)
        {
            List<ConditionValue> items = [];
            for (int i = 0; i < sequence.Items.Length; i++)
            {
                if (Convert(sequence.Items[i], $"{at}[{i}]", sequence.Items[i].Mark) is { } value)
                {
                    items.Add(value);
                }
            }

            return items.Count == sequence.Items.Length ? ConditionValue.OfList(items, mark.Line, mark.Column) : null;
        }

        // https://yaml.org/spec/1.2.2/#103-core-schema, without octal and hexadecimal numbers: only what stands without quotes is anything but text.
        private ConditionValue? ConvertScalar(ScalarNode scalar, string at, Mark mark)
        {
            if (scalar is { IsNull: true, Text.Length: > 0 })
            {
                return ConditionValue.OfNull(mark.Line, mark.Column);
            }

            if (reading.Text(scalar, at, "what to compare with") is not { } text)
            {
                return null;
            }

            if (text.Value != text.Written && text.Value.Length > 0)
            {
                PutIn.Add(text.Value);
            }

            return !scalar.IsPlain ? ConditionValue.Of(text.Value, mark.Line, mark.Column)
                : text.Value is "true" or "false" ? ConditionValue.Of(text.Value == "true", mark.Line, mark.Column)
                : IsNumber(text.Value, out double number) ? ConditionValue.Of(number, mark.Line, mark.Column)
                : ConditionValue.Of(text.Value, mark.Line, mark.Column);
        }

        private static bool IsNumber(string text, out double number) =>
            double.TryParse(
                text,
                NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent,
                CultureInfo.InvariantCulture,
                out number)
            && double.IsFinite(number);
    }
}
