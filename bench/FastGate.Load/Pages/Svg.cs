using System.Globalization;
using System.Net;
using System.Text;

namespace FastGate.Load.Pages;

/// <summary>Builds a drawing as text, the same for the same input: fixed sizes, fixed digits, no dates.</summary>
internal sealed class Svg
{
    private readonly StringBuilder _text = new();

    public Svg(int width, int height, string title)
    {
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" font-family=\"system-ui, sans-serif\" font-size=\"13\">\n");
        Add($"<title>{Escape(title)}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
        Text(16, 26, title, size: 16, weight: 600);
    }

    /// <summary>The colour of a participant; the gateway's stands out.</summary>
    public static string ColourOf(string participant) => participant switch
    {
        "gateway" => "#c2410c",
        "haproxy" => "#1d4ed8",
        "nginx" => "#15803d",
        "floor" => "#6b7280",
        "direct" => "#a8a29e",
        "portkey" => "#7c3aed",
        _ => "#f59e0b",
    };

    public void Rectangle(double x, double y, double width, double height, string colour) =>
        Add($"<rect x=\"{x:F1}\" y=\"{y:F1}\" width=\"{Math.Max(0, width):F1}\" height=\"{height:F1}\" fill=\"{colour}\"/>\n");

    public void Line(double x1, double y1, double x2, double y2, string colour, double width = 1, string? dashes = null) =>
        Add($"<line x1=\"{x1:F1}\" y1=\"{y1:F1}\" x2=\"{x2:F1}\" y2=\"{y2:F1}\" stroke=\"{colour}\" stroke-width=\"{width:F1}\"{(dashes is null ? string.Empty : $" stroke-dasharray=\"{dashes}\"")}/>\n");

    public void Path(IEnumerable<(double X, double Y)> points, string colour)
    {
        string list = string.Join(' ', points.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.X:F1},{point.Y:F1}")));
        Add($"<polyline points=\"{list}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n");
    }

    public void Dot(double x, double y, string colour) => Add($"<circle cx=\"{x:F1}\" cy=\"{y:F1}\" r=\"3\" fill=\"{colour}\"/>\n");

    /// <summary>A text whose base line begins, lies centred, or ends (<paramref name="anchor"/>) at the point.</summary>
    public void Text(double x, double y, string text, string anchor = "start", string colour = "#1f2937", int size = 13, int weight = 400) =>
        Add($"<text x=\"{x:F1}\" y=\"{y:F1}\" text-anchor=\"{anchor}\" fill=\"{colour}\" font-size=\"{size}\" font-weight=\"{weight}\">{Escape(text)}</text>\n");

    /// <summary>Names and colours in a row.</summary>
    public void Legend(double x, double y, IEnumerable<string> participants)
    {
        foreach (string name in participants)
        {
            Rectangle(x, y - 10, 12, 12, ColourOf(name));
            Text(x + 17, y, name);
            x += 35 + (8 * name.Length);
        }
    }

    /// <summary>The finished drawing.</summary>
    public override string ToString() => _text + "</svg>\n";

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private void Add(FormattableString text) => _text.Append(text.ToString(CultureInfo.InvariantCulture));
}
