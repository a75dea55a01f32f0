using System.Globalization;
using FastGate.Load.Compare;

namespace FastGate.Load.Pages;

/// <summary>Lines: latency over the share of requests that were no slower, of the open loop at 5,000 requests a second. Each point is the median of the rounds.</summary>
internal static class PercentileChart
{
    private const string Scenario = "unary-5000";
    private const int Width = 860;
    private const int Height = 420;
    private const int Left = 70;
    private const int Right = 30;
    private const int Top = 70;
    private const int Bottom = 50;
    private static readonly string[] Shown = ["direct", "floor", "nginx", "haproxy", "gateway"];
    private static readonly (string Metric, string Label)[] Percentiles =
        [("p50_us", "50 %"), ("p75_us", "75 %"), ("p90_us", "90 %"), ("p99_us", "99 %"), ("p99.9_us", "99.9 %"), ("p99.99_us", "99.99 %")];

    /// <summary>The drawing; null when there is nothing to draw.</summary>
    public static string? Render(Comparison comparison)
    {
        var lines = Shown
            .Select(name => (Name: name, Values: Percentiles.Select(p => Statistics.Median(comparison.RoundsOf(Scenario, name), p.Metric)).ToArray()))
            .Where(line => line.Values.All(value => value > 0))
            .ToList();
        if (lines.Count == 0)
        {
            return null;
        }

        // Both ends on a power of ten.
        double low = Math.Floor(Math.Log10(lines.Min(line => line.Values.Min())));
        double high = Math.Max(low + 1, Math.Ceiling(Math.Log10(lines.Max(line => line.Values.Max()))));
        var svg = new Svg(Width, Height, "Latency at 5,000 requests a second, open loop, from the intended start");
        svg.Legend(Left, 50, lines.Select(line => line.Name));
        for (double power = low; power <= high; power++)
        {
            for (int step = 1; step <= (power < high ? 9 : 1); step++)
            {
                double y = Y(step * Math.Pow(10, power), low, high);
                svg.Line(Left, y, Width - Right, y, step == 1 ? "#d1d5db" : "#f3f4f6");
                if (step == 1)
                {
                    svg.Text(Left - 8, y + 4, Label(Math.Pow(10, power)), "end", "#6b7280", 12);
                }
            }
        }

        for (int i = 0; i < Percentiles.Length; i++)
        {
            svg.Line(X(i), Top, X(i), Height - Bottom, "#f3f4f6");
            svg.Text(X(i), Height - Bottom + 20, Percentiles[i].Label, "middle", "#6b7280", 12);
        }

        svg.Text(Width - Right, Height - 8, "share of requests that took no longer", "end", "#6b7280", 12);
        foreach ((string name, double[] values) in lines)
        {
            svg.Path(values.Select((value, i) => (X(i), Y(value, low, high))), Svg.ColourOf(name));
            for (int i = 0; i < values.Length; i++)
            {
                svg.Dot(X(i), Y(values[i], low, high), Svg.ColourOf(name));
            }
        }

        return svg.ToString();
    }

    private static double X(int index) => Left + 30 + (index * (Width - Left - Right - 60) / (double)(Percentiles.Length - 1));

    private static double Y(double microseconds, double low, double high) =>
        Height - Bottom - ((Math.Log10(microseconds) - low) / (high - low) * (Height - Top - Bottom));

    private static string Label(double microseconds) => microseconds >= 1000
        ? (microseconds / 1000).ToString("0", CultureInfo.InvariantCulture) + " ms"
        : microseconds.ToString("0", CultureInfo.InvariantCulture) + " µs";
}
