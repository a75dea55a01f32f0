using System.Globalization;
using System.Text;
using FastGate.Load.Compare;

namespace FastGate.Load.Pages;

/// <summary>The table of what is to be reached: each row with its target, what was measured, and whether that is met.</summary>
internal static class TargetTable
{
    private const string Gateway = "gateway";
    private const string HaProxy = "haproxy";
    private const double Megabyte = 1e6;
    private const double Mebibyte = 1024 * 1024;

    // Targets that say "no more than" allow for what two runs of the same program differ by.
    private const double Noise = 1.02;

    /// <summary>The table as Markdown.</summary>
    public static string Render(Comparison comparison)
    {
        var text = new StringBuilder("| | target | measured | |\n|---|---|---|---|\n");
        foreach (Row row in Rows(comparison))
        {
            text.Append("| ").Append(row.Title).Append(" | ").Append(row.Target).Append(" | ").Append(row.Measured).Append(" | ")
                .Append(row.IsMet switch { true => "met", false => "**missed**", null => string.Empty }).Append(" |\n");
        }

        return text.ToString();
    }

    /// <summary>The rows, in the order of the design's table.</summary>
    internal static IEnumerable<Row> Rows(Comparison comparison)
    {
        var found = new Findings(comparison);
        yield return found.Ratio("CPU per request, small chat, 32 connections", "unary-32", "cpu_us_per_request", HaProxy, "≤ 0.95 x HAProxy", most: 0.95);
        yield return found.Ratio("the same", "unary-32", "cpu_us_per_request", "floor", "≤ 1.08 x the floor", most: 1.08);
        yield return found.Ratio("throughput, same", "unary-32", "requests_per_second", HaProxy, "≥ HAProxy's", least: 1 / Noise);
        yield return found.Beside("added latency at 5,000 requests/s, p50", "unary-5000", "added_p50_us", "≤ HAProxy's");
        yield return found.Beside("the same, p99", "unary-5000", "added_p99_us", "≤ HAProxy's");
        yield return found.Added("the same, p99 over direct", "unary-5000", "≤ 100 µs on a quiet machine");
        yield return found.Value("gateway's own time for a request at 5,000/s, p50", "unary-5000", "overhead_p50_us", "≤ 5 µs", 5, "µs");
        yield return found.Value("the same, p99", "unary-5000", "overhead_p99_us", "≤ 11 µs", 11, "µs");
        yield return found.Ratio("CPU per relayed event, 100 streams", "streams-100", "cpu_us_per_event", HaProxy, "≤ 1.2 x HAProxy", most: 1.2);
        yield return found.Ratio("the same of a stream that can be resumed", "features-stream", "cpu_us_per_event", HaProxy, "≤ 1.2 x HAProxy", most: 1.2, gateway: "gateway-resume");
        yield return found.Added("first token added, 100 streams, p99", "streams-100", "≤ 100 µs");
        yield return found.Added("the same, 1,000 streams/s begun on schedule", "first-token-1000", "≤ 100 µs");
        yield return found.Cut();
        yield return found.Allocated("allocated for a request, 32 connections", "unary-32", "allocated_bytes_per_request");
        yield return found.Allocated("allocated for an event, 100 streams", "streams-100", "allocated_bytes_per_event");
        yield return found.PerStream();
        yield return found.Ratio("1 MiB up and 1 MiB down", "body-1m", "mib_per_second", HaProxy, "≥ 0.9 x HAProxy's bytes/s", least: 0.9);
        yield return found.Ratio("stream of 64 KiB chunks", "chunks-64k", "mib_per_second", HaProxy, "≥ 0.9 x HAProxy's bytes/s", least: 0.9);
        yield return found.Value("resident, idle", "start", "resident_mib", "≤ 25 MB", 25, "MB", Mebibyte / Megabyte);
        yield return found.Value("resident, under 5,000/s", "unary-5000", "resident_mib", "≤ 60 MB", 60, "MB", Mebibyte / Megabyte);
        yield return found.Value("start to first answer", "start", "start_ms", "≤ 50 ms", 50, "ms");
        yield return found.Value("binary and what is beside it", "start", "program_mib", "≤ 20 MB", 20, "MB", Mebibyte / Megabyte);
        yield return new Row("translation to another dialect, 1 KiB chat", "≤ 10 µs, 0 B", "not here: it needs no network; `make bench`", null);
        yield return found.Dead();
    }

    /// <summary>One row.</summary>
    /// <param name="Title">What is measured.</param>
    /// <param name="Target">What is to be reached.</param>
    /// <param name="Measured">What was found.</param>
    /// <param name="IsMet">Null when nothing was.</param>
    internal sealed record Row(string Title, string Target, string Measured, bool? IsMet);

    private sealed class Findings(Comparison comparison)
    {
        private const string Nothing = "not measured";

        public Row Ratio(string title, string scenario, string metric, string reference, string target, double most = double.MaxValue, double least = 0, string gateway = Gateway)
        {
            IReadOnlyList<double> ratios = Statistics.Ratios(comparison.RoundsOf(scenario, gateway), comparison.RoundsOf(scenario, reference), metric);
            if (ratios.Count == 0)
            {
                return new Row(title, target, Nothing, null);
            }

            // How far the rounds lie apart says how much the median may be believed.
            double ratio = Statistics.Median(ratios);
            return new Row(
                title, target,
                Text($"{ratio:F2} x, by round {ratios.Min():F2} to {ratios.Max():F2} ({Median(scenario, gateway, metric):F1} beside {Median(scenario, reference, metric):F1})"),
                ratio <= most && ratio >= least);
        }

        public Row Value(string title, string scenario, string metric, string target, double most, string unit, double factor = 1)
        {
            double value = Median(scenario, Gateway, metric) * factor;
            return double.IsNaN(value)
                ? new Row(title, target, Nothing, null)
                : new Row(title, target, Text($"{value:F1} {unit}"), value <= most);
        }

        // A machine that is not quiet adds more than a proxy does: what the floor adds in the same rounds tells.
        public Row Added(string title, string scenario, string target)
        {
            const string Metric = "added_p99_us";
            Row row = Value(title, scenario, Metric, target, 100, "µs");
            double floor = Median(scenario, "floor", Metric);
            return row.IsMet is null || double.IsNaN(floor) ? row : row with { Measured = Text($"{row.Measured} (the byte mover: {floor:F1} µs)") };
        }

        public Row Beside(string title, string scenario, string metric, string target)
        {
            double ours = Median(scenario, Gateway, metric);
            double theirs = Median(scenario, HaProxy, metric);
            return double.IsNaN(ours) || double.IsNaN(theirs)
                ? new Row(title, target, Nothing, null)
                : new Row(title, target, Text($"{ours:F0} µs beside {theirs:F0} µs"), ours <= theirs);
        }

        // What the process allocates by the second, whether or not anybody asks, is no request's: a round holds tens of thousands of them,
        // and the smallest object takes 24 bytes.
        public Row Allocated(string title, string scenario, string metric)
        {
            double bytes = Median(scenario, Gateway, metric);
            return double.IsNaN(bytes)
                ? new Row(title, "0 B", Nothing, null)
                : new Row(title, "0 B", Text($"{Math.Max(0, bytes):F2} B of the process by the second over the requests; exactly 0 B each in `make bench-gate`"), bytes < 1);
        }

        // Every stream of the first target is cut. The wait for the next target's own first token is in the gap, and taken off.
        public Row Cut()
        {
            const string Scenario = "streams-cut";
            const string Title = "a stream cut in mid-answer: wait for the next delta, p99";
            IReadOnlyList<Round> rounds = comparison.RoundsOf(Scenario, "gateway-cut");
            double own = Median(Scenario, Participant.Direct, "p50_us");
            double gap = Statistics.Median(rounds, "longest_gap_p99_us") - own;
            return double.IsNaN(gap)
                ? new Row(Title, "≤ 50 ms beyond the next target's first token", Nothing, null)
                : new Row(
                    Title, "≤ 50 ms beyond the next target's first token",
                    Text($"{gap / 1000:F1} ms beyond {own / 1000:F1} ms, {rounds.Sum(round => round["requests"]):F0} cuts, {rounds.Sum(round => round["errors"]):F0} broken"), gap <= 50_000);
        }

        public Row PerStream()
        {
            const string Scenario = "streams-10000";
            IReadOnlyList<Round> rounds = comparison.RoundsOf(Scenario, Gateway);
            string title = "10,000 streams at once, memory of each beyond kernel buffers";
            if (rounds.Count == 0)
            {
                return new Row(title, "≤ 12 KiB", Nothing, null);
            }

            int streams = comparison.Scenarios.First(result => result.Scenario.Name == Scenario).Scenario.Connections;
            double each = (Statistics.Median(rounds, "resident_mib") - Statistics.Median(rounds, "resident_at_start_mib")) * 1024 / streams;
            return new Row(
                title, "≤ 12 KiB, no thread for each",
                Text($"{each:F1} KiB each of {streams}, {Statistics.Median(rounds, "threads"):F0} threads, {rounds.Sum(round => round["errors"]):F0} errors"), each <= 12);
        }

        public Row Dead()
        {
            double ratio = Statistics.Ratio(
                comparison.RoundsOf("dead-primary", "gateway-dead-primary"), comparison.RoundsOf("dead-primary", Gateway), "cpu_us_per_request");
            const string Title = "CPU per request with a dead primary, breaker open";
            return double.IsNaN(ratio)
                ? new Row(Title, "no more than a healthy one", Nothing, null)
                : new Row(Title, "no more than a healthy one", Text($"{ratio:F2} x a healthy one"), ratio <= Noise);
        }

        private double Median(string scenario, string participant, string metric) => Statistics.Median(comparison.RoundsOf(scenario, participant), metric);

        private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }
}
