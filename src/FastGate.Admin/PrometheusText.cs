using System.Globalization;
using System.Text;
using FastGate.Proxy.Views;

namespace FastGate.Admin;

/// <summary>
/// The Prometheus text format, one family after another (https://prometheus.io/docs/instrumenting/exposition_formats/). Samples follow the
/// <see cref="Begin"/> of their family.
/// </summary>
internal sealed class PrometheusText
{
    private readonly StringBuilder _text = new(16 * 1024);
    private string _family = "";

    /// <summary>Begins a family.</summary>
    /// <param name="name">Its name; a counter's ends in <c>_total</c>.</param>
    /// <param name="type"><c>counter</c>, <c>gauge</c> or <c>histogram</c>.</param>
    /// <param name="help">One line.</param>
    internal void Begin(string name, string type, string help)
    {
        _family = name;
        _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n').Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
    }

    /// <summary>A family of one sample without labels.</summary>
    internal void Single(string name, string type, string help, double value)
    {
        Begin(name, type, help);
        Sample(value);
    }

    /// <summary>One sample of the family.</summary>
    internal void Sample(double value, params ReadOnlySpan<(string Name, string Value)> labels) => Line("", labels, null, value);

    /// <summary>A histogram of the family: its cumulative buckets, sum and count.</summary>
    internal void Histogram(HistogramView histogram, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        long below = 0;
        for (int i = 0; i < histogram.Counts.Length; i++)
        {
            below += histogram.Counts[i];
            Line("_bucket", labels, i < histogram.BoundsSeconds.Length ? Number(histogram.BoundsSeconds[i]) : "+Inf", below);
        }

        Line("_sum", labels, null, histogram.SumSeconds);
        Line("_count", labels, null, below);
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private void Line(string suffix, ReadOnlySpan<(string Name, string Value)> labels, string? bound, double value)
    {
        _text.Append(_family).Append(suffix);
        char before = '{';
        foreach ((string name, string label) in labels)
        {
            _text.Append(before).Append(name).Append("=\"").Append(Escape(label)).Append('"');
            before = ',';
        }

        if (bound is not null)
        {
            _text.Append(before).Append("le=\"").Append(bound).Append('"');
            before = ',';
        }

        _text.Append(before == ',' ? "} " : " ").Append(Number(value)).Append('\n');
    }

    private static string Number(double value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Escape(string label) =>
        label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
