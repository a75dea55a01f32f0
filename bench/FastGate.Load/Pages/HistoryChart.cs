using System.Globalization;
using FastGate.Load.Compare;

namespace FastGate.Load.Pages;

/// <summary>Lines over commits: the gateway's CPU as a multiple of HAProxy's in the same run. Absolute times of different days compare with nothing.</summary>
internal static class HistoryChart
{
    private const int Width = 860;
    private const int Height = 320;
    private const int Left = 50;
    private const int Right = 30;
    private const int Top = 70;
    private const int Bottom = 60;
    private static readonly (string Scenario, string Metric, string Label, string Colour)[] Lines =
    [
        ("unary-32", "cpu_us_per_request", "a request, 32 connections", "#c2410c"),
        ("streams-100", "cpu_us_per_event", "a stream event, 100 streams", "#1d4ed8"),
    ];

    /// <summary>The drawing; null when there is nothing to draw.</summary>
    public static string? Render(IReadOnlyList<Comparison> comparisons)
    {
        var lines = Lines
            .Select(line => (line.Label, line.Colour, Points: comparisons
                .Select((comparison, i) => (Index: i, Ratio: Statistics.Ratio(
                    comparison.RoundsOf(line.Scenario, "gateway"), comparison.RoundsOf(line.Scenario, "haproxy"), line.Metric)))
                .Where(point => !double.IsNaN(point.Ratio))
                .ToList()))
            .Where(line => line.Points.Count > 0)
            .ToList();
        if (lines.Count == 0)
        {
            return null;
        }

        double most = Math.Max(1.5, Math.Ceiling(lines.Max(line => line.Points.Max(point => point.Ratio)) * 4) / 4);
        var svg = new Svg(Width, Height, "The gateway's CPU, HAProxy in the same run = 1");
        for (double mark = 0; mark <= most; mark += 0.25)
        {
            svg.Line(Left, Y(mark, most), Width - Right, Y(mark, most), mark == 1 ? "#1d4ed8" : "#e5e7eb", mark == 1 ? 1.5 : 1);
            svg.Text(Left - 8, Y(mark, most) + 4, mark.ToString("0.00", CultureInfo.InvariantCulture), "end", "#6b7280", 12);
        }

        for (int i = 0; i < comparisons.Count; i++)
        {
            svg.Text(X(i, comparisons.Count), Height - Bottom + 20, ShortCommit(comparisons[i].Commit), "middle", "#6b7280", 11);
            svg.Text(X(i, comparisons.Count), Height - Bottom + 36, comparisons[i].Date, "middle", "#6b7280", 11);
        }

        double legend = Left;
        foreach ((string label, string colour, var points) in lines)
        {
            svg.Rectangle(legend, 40, 12, 12, colour);
            svg.Text(legend + 17, 50, label);
            legend += 220;
            svg.Path(points.Select(point => (X(point.Index, comparisons.Count), Y(point.Ratio, most))), colour);
            foreach ((int index, double ratio) in points)
            {
                svg.Dot(X(index, comparisons.Count), Y(ratio, most), colour);
                svg.Text(X(index, comparisons.Count), Y(ratio, most) - 8, ratio.ToString("F2", CultureInfo.InvariantCulture), "middle", colour, 11);
            }
        }

        return svg.ToString();
    }

    private static string ShortCommit(string commit) => commit.Length > 7 ? commit[..7] : commit;

    private static double X(int index, int count) => Left + ((index + 0.5) * (Width - Left - Right) / count);

    private static double Y(double ratio, double most) => Height - Bottom - (ratio / most * (Height - Top - Bottom));
}
