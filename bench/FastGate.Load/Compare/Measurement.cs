using System.Globalization;
using System.Text.Json;
using FastGate.Load.Measuring;

namespace FastGate.Load.Compare;

/// <summary>Puts the load of a scenario on one participant and returns what it did to the processes behind it.</summary>
internal sealed class Measurement(Scenario scenario, string assets, string bodyFile, string work)
{
    private const double Mebibyte = 1024 * 1024;
    private static readonly string[] Percentiles = ["p50", "p75", "p90", "p99", "p99.9", "p99.99", "max"];

    /// <summary>One round.</summary>
    public Round Measure(Participant participant, int seconds)
    {
        GatewayMetrics? before = Scrape(participant);
        Round round = MeasureLoad(participant, seconds);
        if (before is not null && Scrape(participant) is { } after)
        {
            AddOverhead(round, "overhead_p50_us", after.OverheadMicroseconds(before, 0.5));
            AddOverhead(round, "overhead_p99_us", after.OverheadMicroseconds(before, 0.99));
        }

        if (participant.ResidentAtStart > 0)
        {
            round["resident_at_start_mib"] = participant.ResidentAtStart / Mebibyte;
        }

        return round;
    }

    /// <summary>
    /// What the gateway allocates while nothing but requests, or events, comes and goes: between two readings of its metrics in the midst of
    /// a round, because opening the round's connections allocates. The readings disturb the round, which is not kept for anything else.
    /// </summary>
    /// <returns>Bytes for each request, or event of a stream; NaN when there were none.</returns>
    public double MeasureAllocation(Participant participant, int seconds)
    {
        const long Settle = Clock.Second / 2;
        long begun = Clock.Now;
        var load = Task.Run(() => MeasureLoad(participant, seconds));
        long start = begun + (scenario.Kind == ScenarioKind.Closed ? 0 : scenario.WarmupSeconds * Clock.Second);
        Clock.SleepUntil(start + Settle);

        // Reading the metrics costs the gateway some allocation itself: the difference between two readings says how much.
        var first = GatewayMetrics.Scrape(participant.AdminPort);
        var before = GatewayMetrics.Scrape(participant.AdminPort);
        Clock.SleepUntil(start + (seconds * Clock.Second) - (Settle / 2));
        var after = GatewayMetrics.Scrape(participant.AdminPort);
        load.GetAwaiter().GetResult();
        double allocated = after.AllocatedBytes - before.AllocatedBytes - (before.AllocatedBytes - first.AllocatedBytes);
        double count = scenario.Kind == ScenarioKind.Stream ? after.Events - before.Events : after.Requests - before.Requests;
        return count > 0 ? allocated / count : double.NaN;
    }

    /// <summary>Reads the line chat.lua prints.</summary>
    internal static Dictionary<string, double> ParseWrk(string output)
    {
        string line = output.Split('\n').FirstOrDefault(l => l.StartsWith("RESULT ", StringComparison.Ordinal))
            ?? throw new LoadException("wrk printed no result: " + output);
        return line.Split(' ').Skip(1).Select(pair => pair.Split('=')).ToDictionary(
            pair => pair[0], pair => double.Parse(pair[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    private static GatewayMetrics? Scrape(Participant participant) =>
        participant.AdminPort == 0 ? null : GatewayMetrics.Scrape(participant.AdminPort);

    private Round MeasureLoad(Participant participant, int seconds) =>
        scenario.Kind == ScenarioKind.Closed ? MeasureWithWrk(participant, seconds) : MeasureWithLoad(participant, seconds);

    private static void AddOverhead(Round round, string name, double microseconds)
    {
        if (!double.IsNaN(microseconds))
        {
            round[name] = microseconds;
        }
    }

    private Round MeasureWithWrk(Participant participant, int seconds)
    {
        var before = ProcessUsage.Of(participant.Pids);
        string output = ChildProcess.Run(
            ProxyUnderTest.FindOnPath("wrk"),
            [
                "-t1", $"-c{scenario.Connections.ToString(CultureInfo.InvariantCulture)}",
                $"-d{seconds.ToString(CultureInfo.InvariantCulture)}s", "--latency", "-s", Path.Combine(assets, "chat.lua"), participant.Url,
            ],
            ("FASTGATE_BENCH_BODY", bodyFile),
            ("FASTGATE_BENCH_HEADERS", string.Join('\n', participant.Headers)),
            ("FASTGATE_BENCH_UNIQUE_HEADER", participant.UniqueHeader));
        var after = ProcessUsage.Of(participant.Pids);
        Dictionary<string, double> wrk = ParseWrk(output);
        double requests = wrk["requests"];
        double elapsed = wrk["microseconds"] / 1e6;
        var round = new Round
        {
            ["requests"] = requests,
            ["requests_per_second"] = requests / elapsed,
            ["mib_per_second"] = (wrk["bytes"] + (requests * scenario.RequestBytes)) / elapsed / Mebibyte,
            ["p50_us"] = wrk["p50"],
            ["p99_us"] = wrk["p99"],
            ["errors"] = wrk["connect"] + wrk["read"] + wrk["write"] + wrk["status"] + wrk["timeout"],
        };
        if (participant.Pids.Count > 0 && requests > 0)
        {
            round["cpu_us_per_request"] = (after.CpuMicroseconds - before.CpuMicroseconds) / requests;
            round["resident_mib"] = after.ResidentBytes / Mebibyte;
            round["threads"] = after.Threads;
        }

        return round;
    }

    private Round MeasureWithLoad(Participant participant, int seconds)
    {
        string json = Path.Combine(work, "round.json");
        List<string> args =
        [
            "run", "--target", participant.Url, "--body-file", bodyFile, "--json", json,
            "--duration", seconds.ToString(CultureInfo.InvariantCulture) + "s",
            "--warmup", scenario.WarmupSeconds.ToString(CultureInfo.InvariantCulture) + "s",
        ];
        string connections = scenario.Connections.ToString(CultureInfo.InvariantCulture);
        if (scenario.Kind == ScenarioKind.Stream)
        {
            args.AddRange(scenario.Rate > 0
                ? ["--stream", "--rate", scenario.Rate.ToString(CultureInfo.InvariantCulture), "--connections", connections]
                : ["--streams", connections]);
        }
        else
        {
            args.AddRange(["--rate", scenario.Rate.ToString(CultureInfo.InvariantCulture), "--connections", connections]);
        }

        if (participant.IsTls)
        {
            args.Add("--insecure");
        }

        foreach (string header in participant.Headers)
        {
            args.AddRange(["--header", header]);
        }

        foreach (int pid in participant.Pids)
        {
            args.AddRange(["--pid", pid.ToString(CultureInfo.InvariantCulture)]);
        }

        ChildProcess.Run(Environment.ProcessPath!, args);
        using var report = JsonDocument.Parse(File.ReadAllBytes(json));
        return ReadReport(report.RootElement);
    }

    private Round ReadReport(JsonElement report)
    {
        bool stream = scenario.Kind == ScenarioKind.Stream;
        var round = new Round
        {
            ["requests"] = Number(report, "succeeded"),
            ["requests_per_second"] = Number(report, "requests_per_second"),
            ["errors"] = Number(report, "failed"),
            ["generator_cores"] = Number(report.GetProperty("generator"), "cpu_cores"),
        };
        JsonElement latency = report.GetProperty(stream ? "first_token_us" : "latency_us");
        foreach (string percentile in Percentiles)
        {
            round[percentile + "_us"] = Number(latency, percentile);
        }

        if (stream)
        {
            round["events"] = Number(report, "events_in_window");
            round["events_per_second"] = Number(report, "events_per_second");
            round["mib_per_second"] = Number(report, "events_per_second") * scenario.EventBytes / Mebibyte;
            round["gap_p99_us"] = Number(report.GetProperty("event_gap_us"), "p99");
            JsonElement longest = report.GetProperty("longest_gap_us");
            round["longest_gap_p50_us"] = Number(longest, "p50");
            round["longest_gap_p99_us"] = Number(longest, "p99");
            round["longest_gap_max_us"] = Number(longest, "max");
        }
        else
        {
            round["lag_p99_us"] = Number(report.GetProperty("send_lag_us"), "p99");
        }

        if (report.TryGetProperty("target", out JsonElement target))
        {
            string metric = stream ? "cpu_us_per_event" : "cpu_us_per_request";
            round[metric] = Number(target, metric);
            round["resident_mib"] = Number(target, "resident_bytes") / Mebibyte;
            round["threads"] = Number(target, "threads");
        }

        return round;
    }

    private static double Number(JsonElement json, string name) => json.GetProperty(name).GetDouble();
}
