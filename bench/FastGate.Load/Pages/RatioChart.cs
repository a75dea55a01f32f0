using System.Globalization;
using FastGate.Load.Compare;

namespace FastGate.Load.Pages;

/// <summary>Bars: the CPU of each proxy as a multiple of HAProxy's, scenario by scenario.</summary>
internal static class RatioChart
{
    private const string Reference = "haproxy";
    private const int Width = 860;
    private const int Left = 230;
    private const int Right = 60;
    private const int BarHeight = 13;
    private const int Gap = 14;
    private const int Top = 66;

    // Longer ones are cut off, with their number at the end.
    private const double Most = 3;
    private static readonly string[] Shown = ["gateway", "nginx", "floor"];

    /// <summary>The drawing; null when there is nothing to draw.</summary>
    public static string? Render(Comparison comparison)
    {
        var groups = comparison.Scenarios
            .Select(result => (result.Scenario.Name, Bars: BarsOf(result)))
            .Where(group => group.Bars.Exists(bar => bar.Name == "gateway"))
            .ToList();
        if (groups.Count == 0)
        {
            return null;
        }

        int height = Top + groups.Sum(group => (group.Bars.Count * BarHeight) + Gap) + 30;
        var svg = new Svg(Width, height, "CPU per request or event, HAProxy = 1");
        svg.Legend(Left, 50, Shown);
        double scale = (Width - Left - Right) / Most;
        for (double mark = 0; mark <= Most; mark += 0.5)
        {
            double x = Left + (mark * scale);
            svg.Line(x, Top - 6, x, height - 26, mark == 1 ? "#1d4ed8" : "#e5e7eb", mark == 1 ? 1.5 : 1);
            svg.Text(x, height - 10, mark.ToString("0.0", CultureInfo.InvariantCulture), "middle", "#6b7280", 12);
        }

        double y = Top;
        foreach ((string scenario, List<(string Name, double Ratio)> bars) in groups)
        {
            svg.Text(Left - 10, y + (bars.Count * BarHeight / 2.0) + 4, scenario, "end");
            foreach ((string name, double ratio) in bars)
            {
                double length = Math.Min(ratio, Most) * scale;
                svg.Rectangle(Left, y + 1, length, BarHeight - 2, Svg.ColourOf(name));
                svg.Text(Left + length + 5, y + BarHeight - 2, ratio.ToString("F2", CultureInfo.InvariantCulture), size: 11, weight: name == "gateway" ? 600 : 400);
                y += BarHeight;
            }

            y += Gap;
        }

        return svg.ToString();
    }

    private static List<(string Name, double Ratio)> BarsOf(ScenarioResult result)
    {
        string metric = result.Scenario.Kind == ScenarioKind.Stream ? "cpu_us_per_event" : "cpu_us_per_request";
        List<Round> reference = result.Rounds.GetValueOrDefault(Reference) ?? [];
        return [.. Shown
            .Where(result.Rounds.ContainsKey)
            .Select(name => (name, Statistics.Ratio(result.Rounds[name], reference, metric)))
            .Where(bar => !double.IsNaN(bar.Item2))];
    }
}
