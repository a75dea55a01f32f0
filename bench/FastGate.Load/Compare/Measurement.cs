using System.Globalization;
using System.Text.Json;
using FastGate.Load.Measuring;

namespace FastGate.Load.Compare;

/// <summary>Puts the load of a scenario on one address and returns what it did to the process behind it.</summary>
internal sealed class Measurement(Scenario scenario, string assets, string bodyFile, string work)
{
    private const string ChatPath = "/v1/chat/completions";

    /// <summary>One round. <paramref name="pids"/> is empty for the upstream itself, which has no proxy to account for.</summary>
    public Round Measure(int port, IReadOnlyList<int> pids, int seconds) =>
        scenario.Kind == ScenarioKind.Closed ? MeasureWithWrk(port, pids, seconds) : MeasureWithLoad(port, pids, seconds);

    /// <summary>Reads the line chat.lua prints.</summary>
    internal static Dictionary<string, double> ParseWrk(string output)
    {
        string line = output.Split('\n').FirstOrDefault(l => l.StartsWith("RESULT ", StringComparison.Ordinal))
            ?? throw new LoadException("wrk printed no result: " + output);
        return line.Split(' ').Skip(1).Select(pair => pair.Split('=')).ToDictionary(
            pair => pair[0], pair => double.Parse(pair[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    private Round MeasureWithWrk(int port, IReadOnlyList<int> pids, int seconds)
    {
        var before = ProcessUsage.Of(pids);
        string output = ChildProcess.Run(
            ProxyUnderTest.FindOnPath("wrk"),
            [
                "-t1", $"-c{scenario.Connections.ToString(CultureInfo.InvariantCulture)}",
                $"-d{seconds.ToString(CultureInfo.InvariantCulture)}s", "--latency", "-s", Path.Combine(assets, "chat.lua"), Url(port),
            ],
            ("FASTGATE_BENCH_BODY", bodyFile));
        var after = ProcessUsage.Of(pids);
        Dictionary<string, double> wrk = ParseWrk(output);
        double requests = wrk["requests"];
        var round = new Round
        {
            ["requests"] = requests,
            ["requests_per_second"] = requests / (wrk["microseconds"] / 1e6),
            ["p50_us"] = wrk["p50"],
            ["p99_us"] = wrk["p99"],
            ["errors"] = wrk["connect"] + wrk["read"] + wrk["write"] + wrk["status"] + wrk["timeout"],
        };
        if (pids.Count > 0 && requests > 0)
        {
            round["cpu_us_per_request"] = (after.CpuMicroseconds - before.CpuMicroseconds) / requests;
            round["resident_mib"] = after.ResidentBytes / 1048576.0;
        }

        return round;
    }

    private Round MeasureWithLoad(int port, IReadOnlyList<int> pids, int seconds)
    {
        string json = Path.Combine(work, "round.json");
        List<string> args =
        [
            "run", "--target", Url(port), "--body-file", bodyFile, "--json", json,
            "--duration", seconds.ToString(CultureInfo.InvariantCulture) + "s", "--warmup", "1s",
        ];
        string connections = scenario.Connections.ToString(CultureInfo.InvariantCulture);
        if (scenario.Kind == ScenarioKind.Stream)
        {
            args.AddRange(["--streams", connections]);
        }
        else
        {
            args.AddRange(["--rate", scenario.Rate.ToString(CultureInfo.InvariantCulture), "--connections", connections]);
        }

        foreach (int pid in pids)
        {
            args.AddRange(["--pid", pid.ToString(CultureInfo.InvariantCulture)]);
        }

        ChildProcess.Run(Environment.ProcessPath!, args);
        using var report = JsonDocument.Parse(File.ReadAllBytes(json));
        return ReadReport(report.RootElement, scenario.Kind == ScenarioKind.Stream);
    }

    private static Round ReadReport(JsonElement report, bool stream)
    {
        var round = new Round
        {
            ["requests"] = Number(report, "succeeded"),
            ["requests_per_second"] = Number(report, "requests_per_second"),
            ["errors"] = Number(report, "failed"),
            ["generator_cores"] = Number(report.GetProperty("generator"), "cpu_cores"),
        };
        JsonElement latency = report.GetProperty(stream ? "first_token_us" : "latency_us");
        round["p50_us"] = Number(latency, "p50");
        round["p90_us"] = Number(latency, "p90");
        round["p99_us"] = Number(latency, "p99");
        round["p99.9_us"] = Number(latency, "p99.9");
        if (stream)
        {
            round["events_per_second"] = Number(report, "events_per_second");
            round["gap_p99_us"] = Number(report.GetProperty("event_gap_us"), "p99");
        }

        if (report.TryGetProperty("target", out JsonElement target))
        {
            string metric = stream ? "cpu_us_per_event" : "cpu_us_per_request";
            round[metric] = Number(target, metric);
            round["resident_mib"] = Number(target, "resident_bytes") / 1048576.0;
        }

        return round;
    }

    private static double Number(JsonElement json, string name) => json.GetProperty(name).GetDouble();

    private static string Url(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}{ChatPath}");
}
