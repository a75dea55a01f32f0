using System.Globalization;
using System.Runtime.InteropServices;
using FastGate.Load.Measuring;
using FastGate.Load.Pages;

namespace FastGate.Load.Compare;

/// <summary>
/// The whole comparison, scenario by scenario. What is measured is written after every scenario and when the run is interrupted, so
/// nothing is lost; <c>--continue</c> takes up what is missing.
/// </summary>
internal sealed class CompareRun : IDisposable
{
    private const int ExitInterrupted = 130;

    // nginx's worker and this process and whatever else runs here must not sit on the same few descriptors.
    private const int SpareFiles = 200;

    private readonly CompareOptions _options;
    private readonly string _work = Directory.CreateTempSubdirectory("fastgate-compare-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly SortedDictionary<string, string> _skipped = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _versions = new(StringComparer.Ordinal);
    private readonly List<ScenarioResult> _results = [];
    private readonly List<string> _missing = [];
    private readonly string _date = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
    private readonly Machine _machine = Machine.Read();
    private readonly ScenarioFile _list;

    private CompareRun(CompareOptions options)
    {
        _options = options;
        _list = options.ReadScenarios();
    }

    /// <summary>Compares, and writes the results.</summary>
    public static int Run(CompareOptions options)
    {
        using var run = new CompareRun(options);

        // Ctrl-C and SIGTERM end what was started; this process then writes what it has. A second one ends it at once.
        void Stop(PosixSignalContext context)
        {
            if (!run._stop.IsCancellationRequested)
            {
                context.Cancel = true;
                run._stop.Cancel();
                ChildProcess.EndAll();
            }
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return run.RunAll();
    }

    /// <summary>Removes the working files.</summary>
    public void Dispose()
    {
        Directory.Delete(_work, recursive: true);
        _stop.Dispose();
    }

    private int RunAll()
    {
        Clock.SharpenThisThread();

        // 1. What to do, and what of it is done.
        List<Scenario> chosen = [.. _options.Choose(_list.Scenarios).Select(Fitted)];
        TakeUp(chosen);
        var plan = chosen
            .Where(scenario => _results.TrueForAll(result => result.Scenario.Name != scenario.Name))
            .Select(scenario => (Scenario: scenario, Proxies: PresentFor(scenario)))
            .ToList();
        _missing.AddRange(plan.Select(item => item.Scenario.Name));
        var progress = new RunProgress([.. plan.Select(item => (item.Scenario, ParticipantsOf(item.Scenario, item.Proxies)))], _options);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{plan.Count} scenarios, about {RunProgress.Left(progress.Planned, 0, 0)}; results go to {_options.Out}"));

        // 2. Do it.
        try
        {
            foreach ((Scenario scenario, List<ProxyUnderTest> proxies) in plan)
            {
                _stop.Token.ThrowIfCancellationRequested();
                progress.Begin(scenario);
                RunOne(scenario, proxies, progress);
                Save();
            }
        }
        catch (OperationCanceledException)
        {
            string file = Save();
            Console.WriteLine($"Interrupted. Not, or not wholly, measured: {string.Join(", ", _missing)}.");
            Console.WriteLine($"What there is, is in {file}. The rest: make compare COMPARE=\"{Repeated()}--continue {file}\"");
            return ExitInterrupted;
        }

        // 3. Say it.
        string written = Save();
        Comparison comparison = Found();
        Console.WriteLine();
        Console.Write(TargetTable.Render(comparison));
        Console.WriteLine("\nThe table of the README:\n");
        Console.Write(CostTable.Render(comparison));
        Console.WriteLine($"\nwritten: {written} and {Path.Combine(_options.Out, ComparisonFiles.Page)}");
        return 0;
    }

    private void RunOne(Scenario scenario, List<ProxyUnderTest> proxies, RunProgress progress)
    {
        var rounds = new Dictionary<string, List<Round>>(StringComparer.Ordinal);
        _results.Add(new ScenarioResult(scenario, rounds));
        using var run = new ScenarioRun(scenario, proxies, _options, _work, progress, _stop.Token, Skip);
        try
        {
            run.Run(rounds);
        }
        catch (LoadException e)
        {
            _stop.Token.ThrowIfCancellationRequested();
            Skip("everybody", $"{scenario.Name}: {e.Message}");
        }

        _missing.Remove(scenario.Name);
    }

    // A process may have only so many descriptors, and a proxy needs two for every stream.
    private static Scenario Fitted(Scenario scenario)
    {
        int most = (Machine.OpenFiles() - SpareFiles) / 2;
        return scenario.Connections <= most
            ? scenario
            : scenario with
            {
                Connections = most,
                Title = string.Create(
                    CultureInfo.InvariantCulture, $"{scenario.Title} ({most} of them here: a process may open {Machine.OpenFiles()} files)"),
            };
    }

    private void TakeUp(List<Scenario> chosen)
    {
        if (_options.Continue is not { } file)
        {
            return;
        }

        Comparison earlier = ComparisonFiles.Read(file);
        if (earlier.Commit != _options.Commit || earlier.Quick != _options.Quick)
        {
            throw LoadException.Usage($"--continue: {file} is of commit {earlier.Commit}{(earlier.Quick ? ", --quick" : string.Empty)}, this is {_options.Commit}{(_options.Quick ? ", --quick" : string.Empty)}");
        }

        _results.AddRange(earlier.Scenarios.Where(result =>
            !earlier.Missing.Contains(result.Scenario.Name) && chosen.Exists(scenario => scenario.Name == result.Scenario.Name)));
        foreach ((string name, string version) in earlier.Versions)
        {
            _versions[name] = version;
        }
    }

    private List<ProxyUnderTest> PresentFor(Scenario scenario)
    {
        var present = new List<ProxyUnderTest>();
        foreach (ProxyUnderTest proxy in Participants(scenario))
        {
            if (proxy.Missing is { } missing)
            {
                Skip(proxy.Name, missing);
                continue;
            }

            present.Add(proxy);
            _versions.TryAdd(proxy.Variant?.Proxy ?? proxy.Name, VersionOf(proxy));
        }

        return present;
    }

    private IEnumerable<ProxyUnderTest> Participants(Scenario scenario)
    {
        IEnumerable<string> names = scenario.Proxies.Count > 0
            ? scenario.Proxies.Where(name => name != Participant.Direct)
            : ProxyUnderTest.Names.Where(name => name != "portkey");
        return names
            .Where(name => _options.Proxies.Count == 0 || _options.Proxies.Contains(name))
            .Select(name => new ProxyUnderTest(name, _options, _list.Variants.FirstOrDefault(variant => variant.Name == name)));
    }

    private static int ParticipantsOf(Scenario scenario, List<ProxyUnderTest> proxies) => proxies.Count
        + (scenario.Kind != ScenarioKind.Start && (scenario.Proxies.Count == 0 || scenario.Proxies.Contains(Participant.Direct)) ? 1 : 0);

    private static string VersionOf(ProxyUnderTest proxy)
    {
        try
        {
            return proxy.Version();
        }
        catch (LoadException e)
        {
            return "unknown: " + e.Message;
        }
    }

    private Comparison Found() => new(
        _date, _options.Commit, _machine, _versions, _skipped, _options.Rounds ?? (_options.Quick ? 2 : 5), _options.Quick, [.. _results])
    {
        Missing = [.. _missing],
        Variants = _list.Variants.ToDictionary(variant => variant.Name, variant => variant.Title, StringComparer.Ordinal),
    };

    private string Save()
    {
        _versions["load"] = RuntimeInformation.FrameworkDescription
            + (System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported ? ", JIT" : ", NativeAOT");
        return ComparisonFiles.Write(Found(), _options.Out, _options.Assets);
    }

    private string Repeated() => string.Concat(_options.Scenarios.Select(name => $"--scenario {name} "))
        + (_options.Full ? "--full " : string.Empty) + (_options.Quick ? "--quick " : string.Empty);

    private void Skip(string name, string why)
    {
        why = string.Join(" / ", why.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        if (_skipped.GetValueOrDefault(name) == why)
        {
            return;
        }

        Console.WriteLine($"  not measured: {name}: {why}");
        _skipped[_skipped.TryGetValue(name, out string? known) && known != why ? $"{name} ({why.Split(':')[0]})" : name] = why;
    }
}
