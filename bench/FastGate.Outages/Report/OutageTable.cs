using System.Globalization;
using System.Text;
using FastGate.Outages.Simulation;

namespace FastGate.Outages.Report;

/// <summary>Renders outage results as a table of Markdown, an outage a column.</summary>
internal static class OutageTable
{
    internal static string Render(params IReadOnlyList<OutageResult> results)
    {
        StringBuilder text = new();
        Row("", result => result.Name);
        text.Append("|---|").Insert(text.Length, "---:|", results.Count).Append('\n');
        Row("requests while it lasted", result => Number(result.RequestsMeanwhile));
        Row("**errors seen by clients**", result => $"**{Number(result.ClientErrors)}**");
        Row("detection: first failure → traffic taken away", result => Text(result.Detection));
        Row("calls that it failed by then", result => result.IllnessAtDetection.ToString("0.# %", CultureInfo.InvariantCulture));
        Row("failed calls until then", result => Number(result.FailedBeforeDetection));
        Row("failed calls of the sick provider in all", result => Number(result.AttemptsOnSick));
        Row("calls beyond one a request, whole run", result => Number(result.AddedAttempts));
        Row("route back: first failure → first rescued request answered", result => Text(result.RouteBack));
        Row("target back: end of the outage → healthy", result => Text(result.TargetBack));
        Row("flaps: taken for healthy while it lasted", result => Number(result.Flaps));
        Row("state changes, trials included (closest two)", result => $"{Number(result.StateChanges)} ({Text(result.ShortestBetweenChanges)})");
        Row("first token while it lasted, p50 / p99", result => $"{Text(result.FirstTokenP50)} / {Text(result.FirstTokenP99)}");
        Row("seed", result => result.Seed.ToString(CultureInfo.InvariantCulture));
        return text.ToString();

        void Row(string name, Func<OutageResult, string> value) =>
            text.Append("| ").Append(name).Append(" | ").AppendJoin(" | ", results.Select(value)).Append(" |\n");
    }

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Text(TimeSpan span) => span == TimeSpan.MaxValue
        ? "never"
        : span < TimeSpan.FromSeconds(1)
            ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0} ms")
            : string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s");
}
