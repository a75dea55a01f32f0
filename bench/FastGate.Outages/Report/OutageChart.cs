using System.Globalization;
using System.Text;
using FastGate.Outages.Simulation;
using FastGate.Routing.Health;

namespace FastGate.Outages.Report;

/// <summary>
/// Draws an outage as SVG: how ill the provider was, what part of the requests it was still asked, and the states it went through. The same
/// result gives the same bytes. Readable on light and dark pages.
/// </summary>
internal static class OutageChart
{
    private const int Left = 44;
    private const int Width = 720;
    private const int Top = 26;
    private const int Height = 150;
    private const int StripTop = Top + Height + 12;
    private const int StripHeight = 14;
    private const double NarrowestStrip = 0.6;

    private const string Style = """
        <style>
        text{font:11px system-ui,sans-serif;fill:#444}.ill{fill:#c0392b;fill-opacity:.22}.share{fill:none;stroke:#1f6feb;stroke-width:1.6;stroke-linejoin:round}
        .grid{stroke:#888;stroke-opacity:.35}.healthy{fill:#2da44e}.degraded{fill:#d4a72c}.failed{fill:#cf222e}.recovering{fill:#8250df}.key{stroke:#1f6feb;stroke-width:2}
        @media (prefers-color-scheme:dark){text{fill:#bbb}.share,.key{stroke:#79b8ff}.ill{fill:#ff7b72}}
        </style>

        """;

    internal static string Render(OutageResult result)
    {
        StringBuilder svg = new();
        int bottom = StripTop + StripHeight;
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Left + Width + 12} {bottom + 44}\" role=\"img\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<title>{result.Name}</title>\n").Append(Style);
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"15\">{result.Name}</text>\n");
        for (int percent = 0; percent <= 100; percent += 25)
        {
            string y = Number(Y(percent / 100.0));
            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"grid\" d=\"M{Left} {y}h{Width}\"/><text x=\"{Left - 6}\" y=\"{y}\" dy=\"4\" text-anchor=\"end\">{percent} %</text>\n");
        }

        svg.Append("<path class=\"ill\" d=\"M").Append(Left).Append(' ').Append(Top + Height);
        Steps(svg, result.IllnessOverTime, 'L');
        svg.Append(CultureInfo.InvariantCulture, $"L{Left + Width} {Top + Height}z\"/>\n<path class=\"share\" d=\"");
        Steps(svg, result.ShareOverTime, 'M');
        svg.Append("\"/>\n");
        States(svg, result);
        Axis(svg, result.Times.End, bottom);
        Legend(svg, bottom + 36);
        return svg.Append("</svg>\n").ToString();
    }

    private static void Steps(StringBuilder svg, double[] values, char first)
    {
        for (int i = 0; i < values.Length; i++)
        {
            string x = Number(Left + (Width * i / (double)values.Length));
            svg.Append(i == 0 ? first : 'L').Append(x).Append(' ').Append(Number(Y(values[i])));
        }

        svg.Append('H').Append(Left + Width);
    }

    // A trial's instant among minutes of failed is widened to what can be seen.
    private static void States(StringBuilder svg, OutageResult result)
    {
        double end = result.Times.End;
        foreach (TargetState state in Enum.GetValues<TargetState>())
        {
            svg.Append("<path class=\"").Append(state.ToString().ToLowerInvariant()).Append("\" d=\"");
            double drawnTo = double.MinValue;
            for (int i = 0; i < result.States.Count; i++)
            {
                double to = i + 1 < result.States.Count ? result.States[i + 1].Second : end;
                double x = Left + (Width * result.States[i].Second / end);
                double width = Math.Max(Width * (to - result.States[i].Second) / end, NarrowestStrip);
                if (result.States[i].State == state && x + width > drawnTo)
                {
                    svg.Append(CultureInfo.InvariantCulture, $"M{Number(x)} {StripTop}h{Number(width)}v{StripHeight}h-{Number(width)}z");
                    drawnTo = x + width;
                }
            }

            svg.Append("\"/>\n");
        }
    }

    private static void Axis(StringBuilder svg, double end, int bottom)
    {
        (double step, double unit, string name) = end > 7200 ? (3600.0, 3600.0, "h") : (600.0, 60.0, "min");
        for (double second = 0; second <= end; second += step)
        {
            string x = Number(Left + (Width * second / end));
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{bottom + 14}\" text-anchor=\"middle\">{second / unit:0} {name}</text>\n");
        }
    }

    private static void Legend(StringBuilder svg, int y)
    {
        svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"ill\" x=\"{Left}\" y=\"{y - 9}\" width=\"14\" height=\"10\"/><text x=\"{Left + 19}\" y=\"{y}\">calls it would fail</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"key\" d=\"M{Left + 128} {y - 4}h14\"/><text x=\"{Left + 147}\" y=\"{y}\">requests it is still asked</text>\n");
        int x = Left + 310;
        foreach (TargetState state in Enum.GetValues<TargetState>())
        {
            string name = state.ToString().ToLowerInvariant();
            svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"{name}\" x=\"{x}\" y=\"{y - 9}\" width=\"10\" height=\"10\"/><text x=\"{x + 15}\" y=\"{y}\">{name}</text>\n");
            x += 90;
        }
    }

    private static double Y(double fraction) => Top + (Height * (1 - fraction));

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
