using System.Globalization;
using System.Runtime.InteropServices;
using FastGate.Load.Http;
using FastGate.Load.Measuring;

namespace FastGate.Load.Compare;

/// <summary>
/// The whole comparison. For every scenario: one upstream, all proxies started in front of it, a warm-up each, then
/// rounds in which each proxy is measured once, in an order that turns with the rounds.
/// </summary>
internal sealed class CompareRun : IDisposable
{
    private const string Direct = "direct";
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);

    private readonly CompareOptions _options;
    private readonly string _work = Directory.CreateTempSubdirectory("fastgate-compare-").FullName;
    private readonly Stack<ChildProcess> _children = new();
    private readonly SortedDictionary<string, string> _skipped = new(StringComparer.Ordinal);

    private CompareRun(CompareOptions options) => _options = options;

    private int RoundCount => _options.Rounds ?? (_options.Quick ? 2 : 5);

    /// <summary>Compares, and writes the results.</summary>
    public static int Run(CompareOptions options)
    {
        using var run = new CompareRun(options);

        // Ctrl-C and SIGTERM end this process's children as well as itself.
        void Stop(PosixSignalContext context)
        {
            ChildProcess.EndAll();
            run.RemoveWork();
            Environment.Exit(130);
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        run.RunAll();
        return 0;
    }

    /// <summary>Ends every process that was started, newest first, and removes the working files.</summary>
    public void Dispose()
    {
        StopChildren();
        RemoveWork();
    }

    // The thread of a signal and the main thread may both get here.
    private void RemoveWork()
    {
        lock (_skipped)
        {
            if (Directory.Exists(_work))
            {
                Directory.Delete(_work, recursive: true);
            }
        }
    }

    private void RunAll()
    {
        Clock.SharpenThisThread();
        var machine = Machine.Read();
        IReadOnlyList<Scenario> scenarios = Chosen();
        List<ProxyUnderTest> proxies = Present();
        var results = new List<ScenarioResult>();
        foreach (Scenario scenario in scenarios)
        {
            Console.WriteLine($"{scenario.Name}: {scenario.Title}");
            results.Add(scenario.Kind == ScenarioKind.Start ? RunStarts(scenario, proxies) : RunRounds(scenario, proxies));
            StopChildren();
        }

        var comparison = new Comparison(
            DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            _options.Commit,
            machine,
            Versions(proxies),
            _skipped,
            RoundCount,
            _options.Quick,
            results);
        string file = ComparisonFiles.Write(comparison, _options);
        Console.WriteLine();
        Console.Write(ComparisonTable.Render(comparison));
        Console.WriteLine($"written: {file} and {Path.Combine(_options.Out, "README.md")}");
    }

    private List<Scenario> Chosen()
    {
        string file = _options.ScenarioFile ?? Path.Combine(_options.Assets, "scenarios.json");
        IReadOnlyList<Scenario> all = Scenario.ReadAll(file);
        List<Scenario> chosen = _options.Scenarios.Count == 0
            ? [.. all.Where(scenario => !scenario.Extended)]
            : [.. all.Where(scenario => _options.Scenarios.Any(name => scenario.IsMeantBy(name, all)))];
        return chosen.Count > 0
            ? chosen
            : throw new LoadException($"no scenario matches; there are {string.Join(", ", all.Select(scenario => scenario.Name))}", 2);
    }

    private List<ProxyUnderTest> Present()
    {
        var present = new List<ProxyUnderTest>();
        foreach (string name in ProxyUnderTest.Names)
        {
            if (_options.Proxies.Count > 0 && !_options.Proxies.Contains(name))
            {
                continue;
            }

            var proxy = new ProxyUnderTest(name, _options);
            if (proxy.Missing is { } missing)
            {
                Skip(name, missing);
            }
            else
            {
                present.Add(proxy);
            }
        }

        return present;
    }

    private ScenarioResult RunRounds(Scenario scenario, List<ProxyUnderTest> proxies)
    {
        // 1. Upstream and proxies.
        byte[] message = PrepareRequest(scenario, out string bodyFile);
        string upstream = StartUpstream(scenario, message);
        var targets = new List<(string Name, int Port, int[] Pids)> { (Direct, PortOf(upstream), []) };
        foreach (ProxyUnderTest proxy in proxies)
        {
            int port = Probe.FreePort();
            try
            {
                ChildProcess process = Track(proxy.Start(port, upstream, scenario.Kind == ScenarioKind.Stream, WorkOf(proxy)));
                Probe.UntilAnswered(port, message, process, proxy.Name);
                targets.Add((proxy.Name, port, ProcessUsage.Tree(process.Id)));
            }
            catch (LoadException e)
            {
                Skip(proxy.Name, $"{scenario.Name}: {e.Message}");
            }
        }

        // 2. Warm-up, not kept.
        var measurement = new Measurement(scenario, _options.Assets, bodyFile, _work);
        foreach ((_, int port, int[] pids) in targets)
        {
            measurement.Measure(port, pids, 1);
        }

        // 3. A B C, B C A, C A B ...
        var rounds = targets.ToDictionary(target => target.Name, _ => new List<Round>(), StringComparer.Ordinal);
        int seconds = _options.Quick ? Math.Min(2, scenario.Seconds) : scenario.Seconds;
        for (int i = 0; i < RoundCount; i++)
        {
            for (int j = 0; j < targets.Count; j++)
            {
                (string name, int port, int[] pids) = targets[(i + j) % targets.Count];
                rounds[name].Add(measurement.Measure(port, pids, seconds));
            }

            AddDifferences(scenario, rounds, i);
            foreach ((string name, _, _) in targets)
            {
                Console.WriteLine($"  {i + 1} {name,-8} {string.Join("  ", rounds[name][i].Select(pair => $"{pair.Key}={Short(pair.Value)}"))}");
            }
        }

        return new ScenarioResult(scenario, rounds);
    }

    private ScenarioResult RunStarts(Scenario scenario, List<ProxyUnderTest> proxies)
    {
        byte[] message = PrepareRequest(scenario, out _);
        string upstream = StartUpstream(scenario, message);
        var rounds = proxies.ToDictionary(proxy => proxy.Name, _ => new List<Round>(), StringComparer.Ordinal);
        for (int i = 0; i < RoundCount; i++)
        {
            for (int j = 0; j < proxies.Count; j++)
            {
                ProxyUnderTest proxy = proxies[(i + j) % proxies.Count];
                try
                {
                    Round round = MeasureStart(proxy, message, upstream);
                    rounds[proxy.Name].Add(round);
                    Console.WriteLine($"  {i + 1} {proxy.Name,-8} {string.Join("  ", round.Select(pair => $"{pair.Key}={Short(pair.Value)}"))}");
                }
                catch (LoadException e)
                {
                    Skip(proxy.Name, $"{scenario.Name}: {e.Message}");
                }
            }
        }

        return new ScenarioResult(scenario, rounds);
    }

    private Round MeasureStart(ProxyUnderTest proxy, byte[] message, string upstream)
    {
        int port = Probe.FreePort();
        long begun = Clock.Now;
        using ChildProcess process = proxy.Start(port, upstream, streams: false, WorkOf(proxy));
        Probe.UntilAnswered(port, message, process, proxy.Name);
        long answered = Clock.Now;
        Thread.Sleep(Settle);
        var usage = ProcessUsage.Of(ProcessUsage.Tree(process.Id));
        return new Round
        {
            ["start_ms"] = (answered - begun) / 1e6,
            ["resident_mib"] = usage.ResidentBytes / 1048576.0,
            ["program_mib"] = proxy.ProgramBytes / 1048576.0,
            ["errors"] = 0,
        };
    }

    private static void AddDifferences(Scenario scenario, Dictionary<string, List<Round>> rounds, int index)
    {
        if (scenario.Kind == ScenarioKind.Closed)
        {
            return;
        }

        Round direct = rounds[Direct][index];
        foreach ((string name, List<Round> list) in rounds)
        {
            if (name != Direct)
            {
                list[index]["added_p50_us"] = list[index]["p50_us"] - direct["p50_us"];
                list[index]["added_p99_us"] = list[index]["p99_us"] - direct["p99_us"];
            }
        }
    }

    private byte[] PrepareRequest(Scenario scenario, out string bodyFile)
    {
        byte[] body = ChatRequest.Body("bench/gpt-4o-mini", scenario.RequestBytes, scenario.Kind == ScenarioKind.Stream);
        bodyFile = Path.Combine(_work, "body.json");
        File.WriteAllBytes(bodyFile, body);

        // The question that finds out whether a proxy is up is always unary.
        return ChatRequest.Message("127.0.0.1", "/v1/chat/completions", [], ChatRequest.Body("bench/gpt-4o-mini", 430, stream: false));
    }

    private string StartUpstream(Scenario scenario, byte[] message)
    {
        ChildProcess process = Track(UpstreamUnderTest.Start(scenario, _options, _work, out string address));
        Probe.UntilAnswered(PortOf(address), message, process, "the upstream");
        return address;
    }

    private Dictionary<string, string> Versions(IEnumerable<ProxyUnderTest> proxies)
    {
        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (ProxyUnderTest proxy in proxies)
        {
            try
            {
                versions[proxy.Name] = proxy.Version();
            }
            catch (LoadException e)
            {
                versions[proxy.Name] = "unknown: " + e.Message;
            }
        }

        versions["load"] = RuntimeInformation.FrameworkDescription
            + (System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported ? ", JIT" : ", NativeAOT");
        return versions;
    }

    private string WorkOf(ProxyUnderTest proxy) => Directory.CreateDirectory(Path.Combine(_work, proxy.Name)).FullName;

    private void Skip(string name, string why)
    {
        why = string.Join(" / ", why.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        Console.WriteLine($"  skipped {name}: {why}");
        _skipped[name] = why;
    }

    private ChildProcess Track(ChildProcess process)
    {
        _children.Push(process);

        return process;
    }

    private void StopChildren()
    {
        while (_children.TryPop(out ChildProcess? child))
        {
            child.Dispose();
        }
    }

    private static int PortOf(string address) => int.Parse(address.AsSpan(address.LastIndexOf(':') + 1), CultureInfo.InvariantCulture);

    private static string Short(double value) => value.ToString(Math.Abs(value) < 100 ? "0.##" : "0", CultureInfo.InvariantCulture);
}
