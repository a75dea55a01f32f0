using System.Globalization;
using System.Text.Json;

namespace FastGate.Configuration.Reading;

/// <summary>A duration such as <c>250ms</c>, <c>2s</c>, <c>5m</c>, <c>1h</c>, within a range.</summary>
internal sealed class DurationShape(TimeSpan least, TimeSpan most) : ScalarShape<TimeSpan>
{
    // Longest suffix first: "ms" ends in "s".
    private static readonly (string Suffix, TimeSpan Unit)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
    ];

    public override string TypeName => $"duration, {Write(least)} to {Write(most)}";

    protected override string Expected => "a duration such as 250ms, 2s, 5m or 1h";

    protected override string Pattern => @"0|[0-9]+(ms|s|m|h)";

    public override string Format(TimeSpan value) => Write(value);

    public override void WriteSchema(Utf8JsonWriter json)
    {
        if (least > TimeSpan.Zero)
        {
            base.WriteSchema(json);
            return;
        }

        // Without quotes a zero is a number to whoever checks against the schema.
        json.WriteStartArray("anyOf");
        json.WriteStartObject();
        base.WriteSchema(json);
        json.WriteEndObject();
        json.WriteStartObject();
        json.WriteNumber("const", 0);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    protected override TimeSpan Parse(ScalarText text, out string? problem)
    {
        if (!TryParse(text.Value, out TimeSpan value))
        {
            problem = long.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                ? $"{text.Shown} has no unit; write for example {text.Written}s or {text.Written}ms"
                : $"{text.Shown} is not a duration; write a whole number and ms, s, m or h, such as 250ms, 2s, 5m or 1h";
            return default;
        }

        problem = value < least || value > most ? $"{text.Shown} is out of range; write a duration from {Write(least)} to {Write(most)}" : null;
        return value;
    }

    internal static bool TryParse(string text, out TimeSpan value)
    {
        value = TimeSpan.Zero;
        if (text == "0")
        {
            return true;
        }

        foreach ((string suffix, TimeSpan unit) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal))
            {
                if (!long.TryParse(text.AsSpan(0, text.Length - suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long count)
                    || count > TimeSpan.MaxValue.Ticks / unit.Ticks)
                {
                    return false;
                }

                value = count * unit;
                return true;
            }
        }

        return false;
    }

    internal static string Write(TimeSpan value)
    {
        if (value == TimeSpan.Zero)
        {
            return "0";
        }

        // 120s stays 120s, as people write timeouts; whole hours and longer whole minutes take the larger unit.
        (string suffix, TimeSpan unit) = value.Ticks % TimeSpan.TicksPerHour == 0 ? Units[3]
            : value.Ticks % TimeSpan.TicksPerMinute == 0 && value > TimeSpan.FromSeconds(120) ? Units[2]
            : value.Ticks % TimeSpan.TicksPerSecond == 0 ? Units[1]
            : Units[0];
        return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / unit.Ticks}{suffix}");
    }
}
