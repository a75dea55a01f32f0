using System.Globalization;
using System.Text;
using System.Text.Json;
using FastGate.Load.Client;
using FastGate.Load.Measuring;

namespace FastGate.Load.Reporting;

/// <summary>A finished run: rendered for people, or written as JSON for programs.</summary>
internal sealed class RunReport(RunOptions options, Tally tally, UsageMark before, UsageMark after, long unsolicitedReads)
{
    private static readonly double[] Percents = [50, 75, 90, 99, 99.9, 99.99];

    /// <summary>What was counted.</summary>
    public Tally Tally => tally;

    private double WindowSeconds => (after.At - before.At) / (double)Clock.Second;

    private double TargetCpu => after.Target.CpuMicroseconds - before.Target.CpuMicroseconds;

    private double OwnCpuShare => (after.OwnCpuMicroseconds - before.OwnCpuMicroseconds) / (WindowSeconds * 1e6);

    /// <summary>Writes the report as one JSON object; latencies in microseconds.</summary>
    public void WriteJson(Stream output)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        WriteSettings(json);
        json.WriteNumber("window_seconds", Math.Round(WindowSeconds, 4));
        json.WriteNumber("succeeded", tally.Succeeded);
        json.WriteNumber("failed", tally.Failed);
        json.WriteStartObject("errors");
        foreach ((string kind, long count) in tally.Errors)
        {
            json.WriteNumber(kind, count);
        }

        json.WriteEndObject();
        json.WriteNumber("unsolicited_reads", unsolicitedReads);
        json.WriteNumber("completed_in_window", tally.CompletedInWindow);
        json.WriteNumber("requests_per_second", Math.Round(tally.CompletedInWindow / WindowSeconds, 1));
        json.WriteNumber("body_bytes_per_second", Math.Round(tally.BodyBytesInWindow / WindowSeconds));
        WriteHistogram(json, "latency_us", tally.Latency);
        WriteHistogram(json, "send_lag_us", tally.SendLag);
        if (options.Stream)
        {
            json.WriteNumber("events", tally.Events);
            json.WriteNumber("events_in_window", tally.EventsInWindow);
            json.WriteNumber("events_per_second", Math.Round(tally.EventsInWindow / WindowSeconds, 1));
            WriteHistogram(json, "first_token_us", tally.FirstToken);
            WriteHistogram(json, "event_gap_us", tally.EventGap);
            WriteHistogram(json, "longest_gap_us", tally.LongestGap);
        }

        if (options.Pids.Count > 0)
        {
            json.WriteStartObject("target");
            json.WriteNumber("cpu_us", Math.Round(TargetCpu));
            WriteRatio(json, "cpu_us_per_request", TargetCpu, tally.CompletedInWindow);
            if (options.Stream)
            {
                WriteRatio(json, "cpu_us_per_event", TargetCpu, tally.EventsInWindow);
            }

            json.WriteNumber("resident_bytes", after.Target.ResidentBytes);
            json.WriteNumber("peak_resident_bytes", after.Target.PeakResidentBytes);
            json.WriteNumber("threads", after.Target.Threads);
            json.WriteEndObject();
        }

        json.WriteStartObject("generator");
        json.WriteNumber("cpu_cores", Math.Round(OwnCpuShare, 3));
        WriteRatio(json, "allocated_bytes_per_request", after.AllocatedBytes - before.AllocatedBytes, tally.CompletedInWindow);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The report as text.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        Line(text, $"{tally.Succeeded} ok, {tally.Failed} failed; {tally.CompletedInWindow / WindowSeconds:F0} requests/s over {WindowSeconds:F2} s");
        foreach ((string kind, long count) in tally.Errors)
        {
            Line(text, $"  {kind}: {count}");
        }

        Line(text, $"{"µs",-14}{"mean",10}{"p50",10}{"p75",10}{"p90",10}{"p99",10}{"p99.9",10}{"p99.99",10}{"max",10}");
        Row(text, "latency", tally.Latency);
        Row(text, "send lag", tally.SendLag);
        if (options.Stream)
        {
            Row(text, "first token", tally.FirstToken);
            Row(text, "event gap", tally.EventGap);
            Row(text, "longest gap", tally.LongestGap);
            Line(text, $"{tally.EventsInWindow} events in the window, {tally.EventsInWindow / WindowSeconds:F0}/s");
        }

        if (options.Pids.Count > 0)
        {
            Line(text, $"target: {Ratio(TargetCpu, tally.CompletedInWindow):F2} µs CPU per request, {TargetCpu / (WindowSeconds * 1e6):F2} cores");
            if (options.Stream)
            {
                Line(text, $"        {Ratio(TargetCpu, tally.EventsInWindow):F2} µs CPU per event");
            }

            Line(text, $"        resident {after.Target.ResidentBytes / 1048576.0:F1} MiB, peak {after.Target.PeakResidentBytes / 1048576.0:F1} MiB");
        }

        long allocated = after.AllocatedBytes - before.AllocatedBytes;
        Line(text, $"generator: {OwnCpuShare:F2} cores, {Ratio(allocated, tally.CompletedInWindow):F1} bytes allocated per request");
        return text.ToString();
    }

    private static double Ratio(double a, double b) => b == 0 ? 0 : a / b;

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static void Row(StringBuilder text, string name, LatencyHistogram histogram)
    {
        if (histogram.Count == 0)
        {
            return;
        }

        text.Append(name.PadRight(14)).Append(Cell(histogram.Mean));
        foreach (double percent in Percents)
        {
            text.Append(Cell(histogram.Percentile(percent)));
        }

        text.Append(Cell(histogram.Max)).Append('\n');
    }

    private static string Cell(double nanoseconds) => (nanoseconds / 1000).ToString("F1", CultureInfo.InvariantCulture).PadLeft(10);

    private static void WriteRatio(Utf8JsonWriter json, string name, double a, double b) => json.WriteNumber(name, Math.Round(Ratio(a, b), 3));

    private static void WriteHistogram(Utf8JsonWriter json, string name, LatencyHistogram histogram)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count", histogram.Count);
        json.WriteNumber("mean", Math.Round(histogram.Mean / 1000, 3));
        json.WriteNumber("min", histogram.Count == 0 ? 0 : histogram.Min / 1000.0);
        foreach (double percent in Percents)
        {
            json.WriteNumber("p" + percent.ToString(CultureInfo.InvariantCulture), histogram.Percentile(percent) / 1000.0);
        }

        json.WriteNumber("max", histogram.Max / 1000.0);
        json.WriteEndObject();
    }

    private void WriteSettings(Utf8JsonWriter json)
    {
        json.WriteStartObject("settings");
        json.WriteString("target", options.Target.GetLeftPart(UriPartial.Authority) + options.Path);
        json.WriteString("loop", options.Rate > 0 ? "open" : "closed");
        if (options.Rate > 0)
        {
            json.WriteNumber("rate", options.Rate);
        }

        json.WriteNumber("connections", options.Connections);
        json.WriteNumber("duration_seconds", options.Duration.TotalSeconds);
        json.WriteNumber("warmup_seconds", options.Warmup.TotalSeconds);
        json.WriteBoolean("stream", options.Stream);
        json.WriteNumber("request_body_bytes", options.BodyBytes);
        json.WriteEndObject();
    }
}
