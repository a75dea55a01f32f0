using System.Globalization;
using System.Text;
using FastGate.Load.Compare;

namespace FastGate.Load.Pages;

/// <summary>The table of costs as the project's README shows it, with the figures of a comparison.</summary>
internal static class CostTable
{
    private static readonly string[] Proxies = ["gateway", "haproxy", "nginx", "floor"];

    /// <summary>The table as Markdown.</summary>
    public static string Render(Comparison comparison)
    {
        var text = new StringBuilder("| | FastGate | HAProxy | nginx | bare byte mover in C |\n|---|---:|---:|---:|---:|\n");
        Row(text, comparison, "CPU per small chat request, 32 connections", "unary-32", "cpu_us_per_request", "µs", 1, ratio: true);
        Row(text, comparison, "requests a second, the same", "unary-32", "requests_per_second", string.Empty, 0);
        Row(text, comparison, "latency added at 5,000 requests/s, p50", "unary-5000", "added_p50_us", "µs", 0);
        Row(text, comparison, "the same, p99", "unary-5000", "added_p99_us", "µs", 0);
        Row(text, comparison, "CPU per relayed 200-byte stream event, 100 streams", "streams-100", "cpu_us_per_event", "µs", 1, ratio: true);
        Row(text, comparison, "first token added, p50", "streams-100", "added_p50_us", "µs", 0);
        Row(text, comparison, "1 MiB up and 1 MiB down, MiB/s", "body-1m", "mib_per_second", string.Empty, 0);
        Row(text, comparison, "start to first answer", "start", "start_ms", "ms", 0);
        Row(text, comparison, "resident, idle", "start", "resident_mib", "MiB", 1);
        Row(text, comparison, "resident, 10,000 streams", "streams-10000", "resident_mib", "MiB", 0);
        Row(text, comparison, "program", "start", "program_mib", "MiB", 1);
        return text.ToString();
    }

    private static void Row(
        StringBuilder text, Comparison comparison, string title, string scenario, string metric, string unit, int digits, bool ratio = false)
    {
        IReadOnlyList<Round> ours = comparison.RoundsOf(scenario, "gateway");
        if (ours.Count == 0)
        {
            return;
        }

        text.Append("| ").Append(title).Append(" |");
        foreach (string proxy in Proxies)
        {
            IReadOnlyList<Round> rounds = comparison.RoundsOf(scenario, proxy);
            double value = Statistics.Median(rounds, metric);
            text.Append(' ');
            if (!double.IsNaN(value))
            {
                text.Append(value.ToString("N" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
                text.Append(unit.Length > 0 ? " " : string.Empty).Append(unit);
                if (ratio && proxy != "gateway")
                {
                    text.Append(CultureInfo.InvariantCulture, $" (FastGate: {Statistics.Ratio(ours, rounds, metric):F2} x)");
                }
            }

            text.Append(" |");
        }

        text.Append('\n');
    }
}
