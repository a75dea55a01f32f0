using System.Globalization;
using System.Text;

namespace FastGate.Load.Compare;

/// <summary>Renders a comparison as Markdown: a table a scenario, medians with their span, ratios within rounds.</summary>
internal static class ComparisonTable
{
    private static readonly string[] References = ["haproxy", "nginx", "floor"];

    /// <summary>The page, without the notes on method.</summary>
    public static string Render(Comparison comparison)
    {
        var page = new StringBuilder();
        page.Append("# Side by side\n\n");
        Line(page, $"{comparison.Date}, commit `{comparison.Commit}`. {comparison.Machine}.");
        Line(page, $"{comparison.RoundCount} interleaved rounds{(comparison.Quick ? ", short (`--quick`): a smoke test and no measurement" : string.Empty)}. Cells are the median with (smallest to largest) of the rounds; × columns are the median of the ratios within each round.");
        page.Append('\n');
        foreach (ScenarioResult result in comparison.Scenarios)
        {
            RenderScenario(page, result);
        }

        if (comparison.Skipped.Count > 0)
        {
            page.Append("## Not measured\n\n");
            foreach ((string name, string why) in comparison.Skipped)
            {
                Line(page, $"- {name}: {why}");
            }

            page.Append('\n');
        }

        page.Append("## Versions\n\n");
        foreach ((string name, string version) in comparison.Versions)
        {
            Line(page, $"- {name}: {version}");
        }

        return page.ToString();
    }

    private static void RenderScenario(StringBuilder page, ScenarioResult result)
    {
        Column[] columns = ColumnsOf(result.Scenario.Kind);
        string[] references = [.. References.Where(name => result.Rounds.TryGetValue(name, out List<Round>? rounds) && rounds.Count > 0)];
        Line(page, $"## {result.Scenario.Title}\n");
        page.Append("| |");
        foreach (string title in columns.Select(column => column.Title).Take(1)
            .Concat(references.Select(name => "× " + name))
            .Concat(columns.Skip(1).Select(column => column.Title))
            .Append("errors"))
        {
            page.Append(' ').Append(title).Append(" |");
        }

        page.Append("\n|---|");
        page.Insert(page.Length, "---:|", columns.Length + references.Length + 1).Append('\n');
        foreach ((string name, List<Round> rounds) in result.Rounds)
        {
            if (rounds.Count == 0)
            {
                continue;
            }

            page.Append("| ").Append(name).Append(" |").Append(Cell(rounds, columns[0]));
            foreach (string reference in references)
            {
                double ratio = Statistics.Ratio(rounds, result.Rounds[reference], columns[0].Metric);
                page.Append(double.IsNaN(ratio) ? " |" : string.Create(CultureInfo.InvariantCulture, $" {ratio:F2} |"));
            }

            foreach (Column column in columns.Skip(1))
            {
                page.Append(Cell(rounds, column));
            }

            Line(page, $" {rounds.Sum(round => round.GetValueOrDefault("errors")):F0} |");
        }

        page.Append('\n');
    }

    private static Column[] ColumnsOf(ScenarioKind kind) => kind switch
    {
        ScenarioKind.Closed =>
        [
            new("cpu_us_per_request", "CPU µs/request", 1), new("requests_per_second", "requests/s", 0),
            new("p50_us", "p50 µs", 0), new("p99_us", "p99 µs", 0), new("resident_mib", "resident MiB", 1),
        ],
        ScenarioKind.Open =>
        [
            new("cpu_us_per_request", "CPU µs/request", 1), new("added_p50_us", "added p50 µs", 0), new("added_p99_us", "added p99 µs", 0),
            new("p50_us", "p50 µs", 0), new("p99_us", "p99 µs", 0), new("resident_mib", "resident MiB", 1),
        ],
        ScenarioKind.Stream =>
        [
            new("cpu_us_per_event", "CPU µs/event", 2), new("events_per_second", "events/s", 0), new("added_p50_us", "added first token p50 µs", 0),
            new("added_p99_us", "added first token p99 µs", 0), new("gap_p99_us", "event gap p99 µs", 0), new("resident_mib", "resident MiB", 1),
        ],
        _ =>
        [
            new("start_ms", "start to first answer ms", 1), new("resident_mib", "resident MiB", 1), new("program_mib", "program MiB", 2),
        ],
    };

    private static string Cell(List<Round> rounds, Column column)
    {
        double[] values = Statistics.Values(rounds, column.Metric);
        if (values.Length == 0)
        {
            return " |";
        }

        string format = "F" + column.Digits.ToString(CultureInfo.InvariantCulture);
        string median = Statistics.Median(values).ToString(format, CultureInfo.InvariantCulture);
        string least = values.Min().ToString(format, CultureInfo.InvariantCulture);
        string most = values.Max().ToString(format, CultureInfo.InvariantCulture);
        return least == most ? $" {median} |" : $" {median} ({least} to {most}) |";
    }

    private static void Line(StringBuilder page, FormattableString line) => page.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private readonly record struct Column(string Metric, string Title, int Digits);
}
