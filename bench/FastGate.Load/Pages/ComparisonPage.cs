using System.Globalization;
using System.Text;
using FastGate.Load.Compare;

namespace FastGate.Load.Pages;

/// <summary>Renders a comparison as Markdown: what was to be reached, the charts, a table a scenario with medians, their span, and ratios within rounds.</summary>
internal static class ComparisonPage
{
    private static readonly string[] References = ["haproxy", "nginx", "floor"];

    /// <summary>The page, without the notes on method.</summary>
    public static string Render(Comparison comparison, IReadOnlyList<(string File, string Title)> charts)
    {
        var page = new StringBuilder();
        page.Append("# Side by side\n\n");
        Line(page, $"{comparison.Date}, commit `{comparison.Commit}`. {comparison.Machine}.");
        Line(page, $"{comparison.RoundCount} interleaved rounds{(comparison.Quick ? ", short (`--quick`): a smoke test and no measurement" : string.Empty)}, fewer where a table says so. Cells are the median with (smallest to largest) of the rounds; × columns are the median of the ratios within each round.");
        page.Append('\n');
        if (comparison.Missing.Count > 0)
        {
            Line(page, $"**Interrupted**: not, or not wholly, measured are {string.Join(", ", comparison.Missing)}. `make compare COMPARE=\"--continue {comparison.FileName}\"`, with the path of that file, measures the rest.\n");
        }

        page.Append("## Targets\n\n").Append(TargetTable.Render(comparison)).Append('\n');
        foreach ((string file, string title) in charts)
        {
            Line(page, $"![{title}]({file})\n");
        }

        foreach (ScenarioResult result in comparison.Scenarios.Where(result => result.Rounds.Values.Any(rounds => rounds.Count > 0)))
        {
            RenderScenario(page, result, comparison);
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
        foreach ((string name, string version) in comparison.Versions.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            Line(page, $"- {name}: {version}");
        }

        return page.ToString();
    }

    private static void RenderScenario(StringBuilder page, ScenarioResult result, Comparison comparison)
    {
        Column[] columns = [.. ColumnsOf(result.Scenario).Where((column, index) =>
            index == 0 || result.Rounds.Values.Any(list => list.Exists(round => round.ContainsKey(column.Metric))))];
        string[] references = [.. References.Where(name => result.Rounds.TryGetValue(name, out List<Round>? list) && list.Count > 0)];
        Line(page, $"## {result.Scenario.Title}\n");
        int rounds = result.Rounds.Values.Max(list => list.Count);
        if (rounds != comparison.RoundCount)
        {
            Line(page, $"{rounds} rounds.\n");
        }

        foreach (string variant in result.Rounds.Keys.Where(comparison.Variants.ContainsKey))
        {
            Line(page, $"- **{variant}**: {comparison.Variants[variant]}");
        }

        page.Append(result.Rounds.Keys.Any(comparison.Variants.ContainsKey) ? "\n" : string.Empty);
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
        foreach ((string name, List<Round> list) in result.Rounds)
        {
            if (list.Count == 0)
            {
                continue;
            }

            page.Append("| ").Append(name).Append(" |").Append(Cell(list, columns[0]));
            foreach (string reference in references)
            {
                double ratio = Statistics.Ratio(list, result.Rounds[reference], columns[0].Metric);
                page.Append(double.IsNaN(ratio) ? " |" : string.Create(CultureInfo.InvariantCulture, $" {ratio:F2} |"));
            }

            foreach (Column column in columns.Skip(1))
            {
                page.Append(Cell(list, column));
            }

            Line(page, $" {list.Sum(round => round.GetValueOrDefault("errors")):F0} |");
        }

        page.Append('\n');
    }

    private static Column[] ColumnsOf(Scenario scenario) => scenario.Kind switch
    {
        ScenarioKind.Closed =>
        [
            new("cpu_us_per_request", "CPU µs/request", 1), new("requests_per_second", "requests/s", 0), .. Volume(scenario),
            new("p50_us", "p50 µs", 0), new("p99_us", "p99 µs", 0), new("resident_mib", "resident MiB", 1),
            new("allocated_bytes_per_request", "allocated B/request", 2),
        ],
        ScenarioKind.Open =>
        [
            new("cpu_us_per_request", "CPU µs/request", 1), new("added_p50_us", "added p50 µs", 0), new("added_p99_us", "added p99 µs", 0),
            new("p50_us", "p50 µs", 0), new("p99_us", "p99 µs", 0), new("p99.9_us", "p99.9 µs", 0), new("resident_mib", "resident MiB", 1),
            new("overhead_p50_us", "own time p50 µs", 1), new("overhead_p99_us", "own time p99 µs", 1),
            new("allocated_bytes_per_request", "allocated B/request", 2),
        ],
        ScenarioKind.Stream =>
        [
            new("cpu_us_per_event", "CPU µs/event", 2), new("events_per_second", "events/s", 0), .. Volume(scenario),
            new("added_p50_us", "added first token p50 µs", 0), new("added_p99_us", "added first token p99 µs", 0),
            new("gap_p99_us", "event gap p99 µs", 0), new("longest_gap_p50_us", "longest gap of a stream p50 µs", 0),
            new("longest_gap_p99_us", "the same p99 µs", 0), new("longest_gap_max_us", "the same, largest µs", 0), new("resident_mib", "resident MiB", 1), new("resident_at_start_mib", "at start MiB", 1),
            new("threads", "threads", 0), new("allocated_bytes_per_event", "allocated B/event", 2),
        ],
        _ =>
        [
            new("start_ms", "start to first answer ms", 1), new("resident_mib", "resident MiB", 1), new("program_mib", "program MiB", 2),
        ],
    };

    // Bytes a second say something where there are many.
    private static Column[] Volume(Scenario scenario) => scenario.AnswerBytes >= 4096 || scenario.EventBytes >= 4096
        ? [new("mib_per_second", "MiB/s", 0)]
        : [];

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
