using System.Globalization;
using FastGate.Load.Compare;
using CompareOptions = FastGate.Load.Compare.CompareOptions;

namespace FastGate.Load.Gate;

/// <summary>
/// Holds the published binary to limits of cost, in a minute: CPU beside HAProxy's in the same short rounds, start, idle memory, size.
/// Ratios within a round hold still on a machine that does other things as well; where one is over its limit all the same, it is measured
/// again for longer before the build fails.
/// </summary>
internal sealed class CostGate
{
    private const string Gateway = "gateway";
    private const string Reference = "haproxy";
    private const string Replayed = "gateway-key-replayed";
    private const string CacheHit = "gateway-cache-hit";
    private const string RequestCost = "cpu_us_per_request";
    private const int FirstRounds = 7;
    private const int MoreRounds = 15;
    private const int Starts = 5;
    private const int Streams = 2000;
    private const double Megabyte = 1e6;
    private static readonly string[] Hits = ["replay_cpu_ratio", "cache_hit_cpu_ratio"];
    private static readonly string[] Names = ["cpu_ratio", "event_cpu_ratio", .. Hits, "start_ms", "idle_resident_mb", "stream_kib", "program_mb"];

    private readonly CompareOptions _options;
    private readonly IReadOnlyDictionary<string, CostLimit> _limits;
    private readonly ScenarioFile _list;

    private CostGate(CompareOptions options)
    {
        _options = options;
        _limits = CostLimit.ReadAll(Path.Combine(options.Assets, "gates.json"), Names);
        _list = options.ReadScenarios();
    }

    /// <summary>Measures and judges. 0 when all is within its limit; 1 when something is not; an exception when it cannot be measured.</summary>
    public static int Run(CompareOptions options)
    {
        var gate = new CostGate(options);
        var measured = new Dictionary<string, double>(StringComparer.Ordinal);
        gate.MeasureStarts(measured);
        gate.MeasureStreams(measured);
        measured["cpu_ratio"] = gate.Ratio("unary-32", RequestCost, gate._limits["cpu_ratio"]);
        measured["event_cpu_ratio"] = gate.Ratio("streams-100", "cpu_us_per_event", gate._limits["event_cpu_ratio"]);
        gate.MeasureHits(measured);

        string[] faults = [.. Names.Where(name => !(measured[name] <= gate._limits[name].Most))];
        foreach (string name in Names)
        {
            Console.WriteLine(Line(name, measured[name], gate._limits[name]));
        }

        if (faults.Length == 0)
        {
            return 0;
        }

        Console.WriteLine($"""
            cost gate: {string.Join(", ", faults)} over the limit of bench/compare/gates.json.
            To look: bench/compare/run.sh --scenario unary-32 --scenario streams-100 --scenario hits-32 --scenario start measures the same with all rounds shown;
            bench/compare/ledger.sh says which system calls and functions a request costs; `git bisect run` over both commands works.
            If the change is meant: raise the limit in that file, with the reason in the commit.
            """);
        return 1;
    }

    /// <summary>A figure with its limit, as it is printed.</summary>
    internal static string Line(string name, double value, CostLimit limit) => string.Create(
        CultureInfo.InvariantCulture,
        $"  {(value <= limit.Most ? "ok" : "OVER")} {name}: {value:0.##}, at most {limit.Most:0.##}, usually {limit.Usual:0.##} ({limit.What})");

    private double Ratio(string scenario, string metric, CostLimit limit)
    {
        double ratio = In(FirstRounds);
        if (ratio <= limit.Most)
        {
            return ratio;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {scenario}: {ratio:0.##} in {FirstRounds} rounds; {MoreRounds} more decide"));
        return In(MoreRounds);

        double In(int rounds)
        {
            Dictionary<string, List<Round>> measured = Measure(Short(scenario), rounds, Gateway, Reference);
            return Statistics.Ratio(measured[Gateway], measured[Reference], metric);
        }
    }

    // An answer out of memory must be worth it: cheaper than asking for one.
    private void MeasureHits(Dictionary<string, double> measured)
    {
        Take(FirstRounds);
        string[] over = [.. Hits.Where(name => !(measured[name] <= _limits[name].Most))];
        if (over.Length > 0)
        {
            Console.WriteLine($"  hits-32: {string.Join(", ", over)} over the limit in {FirstRounds} rounds; {MoreRounds} more decide");
            Take(MoreRounds);
        }

        void Take(int rounds)
        {
            Dictionary<string, List<Round>> hits = Measure(Short("hits-32"), rounds, Gateway, Replayed, CacheHit);
            measured[Hits[0]] = Statistics.Ratio(hits[Replayed], hits[Gateway], RequestCost);
            measured[Hits[1]] = Statistics.Ratio(hits[CacheHit], hits[Gateway], RequestCost);
        }
    }

    private void MeasureStarts(Dictionary<string, double> measured)
    {
        List<Round> rounds = Measure(Short("start"), Starts, Gateway)[Gateway];
        measured["start_ms"] = Statistics.Values(rounds, "start_ms").Min();
        measured["idle_resident_mb"] = Statistics.Median(rounds, "resident_mib") * 1024 * 1024 / Megabyte;
        measured["program_mb"] = Statistics.Median(rounds, "program_mib") * 1024 * 1024 / Megabyte;
    }

    // A fifth of the ten thousand of the target, so that it takes seconds; what the process grows by once counts for more then.
    private void MeasureStreams(Dictionary<string, double> measured)
    {
        Scenario scenario = Short("streams-10000") with { Connections = Streams, Events = 3, WarmupSeconds = 4 };
        Round round = Measure(scenario, 1, Gateway)[Gateway][0];
        measured["stream_kib"] = (round["resident_mib"] - round["resident_at_start_mib"]) * 1024 / Streams;
    }

    private Scenario Short(string name) => _list.Scenarios.First(scenario => scenario.Name == name) with { Seconds = 1, MaxRounds = 0 };

    private Dictionary<string, List<Round>> Measure(Scenario scenario, int rounds, params string[] names)
    {
        CompareOptions options = _options with { Rounds = rounds };
        ProxyUnderTest[] proxies = [.. names.Select(proxy => new ProxyUnderTest(proxy, options, _list.Variants.FirstOrDefault(variant => variant.Name == proxy)))];
        if (proxies.FirstOrDefault(proxy => proxy.Missing is not null) is { } missing)
        {
            throw new LoadException($"{missing.Name}: {missing.Missing}");
        }

        scenario = scenario with { Proxies = names };
        string work = Directory.CreateTempSubdirectory("fastgate-gate-").FullName;
        try
        {
            var measured = new Dictionary<string, List<Round>>(StringComparer.Ordinal);
            var progress = new RunProgress([(scenario, names.Length)], options);
            progress.Begin(scenario);
            using (var run = new ScenarioRun(
                scenario, proxies, options, work, progress, CancellationToken.None, (proxy, why) => throw new LoadException($"{proxy}: {why}")))
            {
                run.Run(measured);
            }

            if (measured.Values.Sum(list => list.Sum(round => round.GetValueOrDefault("errors"))) is > 0 and var errors)
            {
                throw new LoadException(string.Create(CultureInfo.InvariantCulture, $"{scenario.Name}: {errors} requests failed; figures of failures say nothing"));
            }

            return measured;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }
}
