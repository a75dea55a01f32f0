using System.Globalization;
using System.Text;

namespace FastGate.Routing.Tests.Simulation;

/// <summary>Renders outage results as Markdown, with the sick target's share over time as a chart of characters.</summary>
internal static class OutageReport
{
    private const string Levels = " ▁▂▃▄▅▆▇█";

    internal static string Render(IReadOnlyList<OutageResult> results)
    {
        StringBuilder text = new();
        text.Append("| outage | seed | requests | client errors | detection | failed attempts until then | failed attempts in all | added attempts ");
        text.Append("| route back | target back after the end | flaps | state changes | first token p50 / p99 during it |\n");
        text.Append("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
        foreach (OutageResult result in results)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {result.Name} | {result.Seed} | {result.Requests} | {result.ClientErrors} | {Text(result.Detection)} | {result.FailedBeforeDetection} ");
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {result.AttemptsOnSick} | {result.AddedAttempts} | {Text(result.RouteBack)} | {Text(result.TargetBack)} | {result.Flaps} ");
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {result.StateChanges} (closest {Text(result.ShortestBetweenChanges)}) | {Text(result.FirstTokenP50)} / {Text(result.FirstTokenP99)} |\n");
        }

        foreach (OutageResult result in results)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{result.Name}: the sick target's part of the requests over time\n\n```\n");
            text.Append([.. result.ShareOverTime.Select(share => Levels[(int)Math.Ceiling(share * (Levels.Length - 1))])]);
            text.Append("\n```\n");
        }

        return text.ToString();
    }

    private static string Text(TimeSpan span) => span == TimeSpan.MaxValue
        ? "never"
        : span < TimeSpan.FromSeconds(1)
            ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0} ms")
            : string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s");
}
