using System.Globalization;

namespace FastGate.Load.CommandLine;

/// <summary>
/// Walks a command line of <c>--name value</c>, <c>--name=value</c> and <c>--flag</c>. Every mistake is a
/// <see cref="LoadException"/> that names the option.
/// </summary>
internal sealed class Arguments(IReadOnlyList<string> args)
{
    private int _next;
    private string? _attached;

    /// <summary>The option being read, with its dashes.</summary>
    public string Name { get; private set; } = string.Empty;

    /// <summary>Moves to the next option; false at the end.</summary>
    public bool MoveNext()
    {
        if (_attached is not null)
        {
            throw LoadException.Usage($"{Name} takes no value");
        }

        if (_next >= args.Count)
        {
            return false;
        }

        Name = args[_next++];
        if (!Name.StartsWith("--", StringComparison.Ordinal))
        {
            throw LoadException.Usage($"unexpected argument '{Name}'");
        }

        int equals = Name.IndexOf('=');
        if (equals > 0)
        {
            _attached = Name[(equals + 1)..];
            Name = Name[..equals];
        }

        return true;
    }

    /// <summary>An error about the option being read.</summary>
    public LoadException Error(string problem) => LoadException.Usage($"{Name}: {problem}");

    /// <summary>The error for an option nobody knows.</summary>
    public LoadException Unknown() => LoadException.Usage($"unknown option '{Name}'; see --help");

    /// <summary>The value of the option being read.</summary>
    public string Text()
    {
        if (_attached is { } attached)
        {
            _attached = null;
            return attached;
        }

        if (_next >= args.Count || args[_next].StartsWith("--", StringComparison.Ordinal))
        {
            throw LoadException.Usage($"{Name} needs a value");
        }

        return args[_next++];
    }

    /// <summary>A whole number between the limits.</summary>
    public int Number(int least, int most)
    {
        string text = Text();
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw Error(string.Create(CultureInfo.InvariantCulture, $"'{text}' is not a whole number from {least} to {most}"));
    }

    /// <summary>Requests a second, as <c>5000</c> or <c>5000/s</c>.</summary>
    public double Rate()
    {
        string text = Text();
        string digits = text.EndsWith("/s", StringComparison.Ordinal) ? text[..^2] : text;
        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) && value is > 0 and <= 10_000_000
            ? value
            : throw Error($"'{text}' is not a rate such as 5000/s");
    }

    /// <summary>A duration: <c>250ms</c>, <c>2s</c>, <c>5m</c>.</summary>
    public TimeSpan Duration()
    {
        string text = Text();
        (string unit, double ticks) = text switch
        {
            _ when text.EndsWith("us", StringComparison.Ordinal) => ("us", TimeSpan.TicksPerMicrosecond),
            _ when text.EndsWith("ms", StringComparison.Ordinal) => ("ms", TimeSpan.TicksPerMillisecond),
            _ when text.EndsWith('s') => ("s", TimeSpan.TicksPerSecond),
            _ when text.EndsWith('m') => ("m", (double)TimeSpan.TicksPerMinute),
            _ => (text == "0" ? string.Empty : "?", 0d),
        };
        return unit != "?"
            && double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            && value * ticks <= TimeSpan.TicksPerDay
                ? TimeSpan.FromTicks((long)(value * ticks))
                : throw Error($"'{text}' is not a duration such as 250ms, 2s or 5m");
    }
}
