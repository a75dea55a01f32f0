using FastGate.Load.CommandLine;

namespace FastGate.Load.Compare;

/// <summary>Which scenarios, which proxies, how long, and where everything is.</summary>
internal sealed record CompareOptions
{
    private const string Results = "perf-results";
    private const string Trials = "artifacts/compare";

    public string Assets { get; init; } = "bench/compare";

    public string? ScenarioFile { get; init; }

    public IReadOnlyList<string> Scenarios { get; init; } = [];

    public IReadOnlyList<string> Proxies { get; init; } = [];

    public bool Quick { get; init; }

    public bool Full { get; init; }

    public int? Rounds { get; init; }

    public string Gateway { get; init; } = "artifacts/fastgate";

    public string Floor { get; init; } = "artifacts/floor";

    public string Portkey { get; init; } = "artifacts/portkey/node_modules/@portkey-ai/gateway";

    public string? OutGiven { get; init; }

    public string Commit { get; init; } = "unknown";

    /// <summary>A results file of an earlier run whose complete scenarios are kept.</summary>
    public string? Continue { get; init; }

    /// <summary>Where results go: a part of the whole, or a smoke test, is not what the published page shows.</summary>
    public string Out => OutGiven ?? (Quick || Scenarios.Count > 0 || Proxies.Count > 0 ? Trials : Results);

    /// <summary>Reads the options.</summary>
    /// <exception cref="LoadException">The command line is wrong.</exception>
    public static CompareOptions Parse(IReadOnlyList<string> args)
    {
        var options = new CompareOptions();
        var arguments = new Arguments(args);
        while (arguments.MoveNext())
        {
            options = arguments.Name switch
            {
                "--assets" => options with { Assets = arguments.Text() },
                "--scenarios" => options with { ScenarioFile = arguments.Text() },
                "--scenario" => options with { Scenarios = [.. options.Scenarios, arguments.Text()] },
                "--proxy" => options with { Proxies = [.. options.Proxies, arguments.Text()] },
                "--quick" => options with { Quick = true },
                "--full" => options with { Full = true },
                "--rounds" => options with { Rounds = arguments.Number(1, 1000) },
                "--gateway" => options with { Gateway = arguments.Text() },
                "--floor" => options with { Floor = arguments.Text() },
                "--portkey" => options with { Portkey = arguments.Text() },
                "--out" => options with { OutGiven = arguments.Text() },
                "--commit" => options with { Commit = arguments.Text() },
                "--continue" => options with { Continue = arguments.Text() },
                _ => throw arguments.Unknown(),
            };
        }

        return options;
    }

    /// <summary>The list of what is compared.</summary>
    /// <exception cref="LoadException">It is wrong, or a name on the command line is not in it.</exception>
    public ScenarioFile ReadScenarios()
    {
        var list = Compare.ScenarioFile.Read(ScenarioFile ?? Path.Combine(Assets, "scenarios.json"));
        string[] names = [Participant.Direct, .. ProxyUnderTest.Names, .. list.Variants.Select(variant => variant.Name)];
        return Proxies.FirstOrDefault(name => !names.Contains(name)) is { } unknown
            ? throw LoadException.Usage($"--proxy: '{unknown}' is none of {string.Join(", ", names)}")
            : list;
    }

    /// <summary>Those of the scenarios that were asked for.</summary>
    /// <exception cref="LoadException">None was.</exception>
    public List<Scenario> Choose(IReadOnlyList<Scenario> all)
    {
        List<Scenario> chosen = Scenarios.Count == 0
            ? [.. all.Where(scenario => Full || !scenario.Extended)]
            : [.. all.Where(scenario => Scenarios.Any(name => scenario.IsMeantBy(name, all)))];
        return chosen.Count > 0
            ? chosen
            : throw LoadException.Usage($"no scenario matches; there are {string.Join(", ", all.Select(scenario => scenario.Name))}");
    }

    /// <summary>Rounds of a scenario.</summary>
    public int RoundsOf(Scenario scenario)
    {
        int rounds = Rounds ?? (Quick ? 2 : 5);
        return scenario.MaxRounds > 0 && Rounds is null ? Math.Min(rounds, scenario.MaxRounds) : rounds;
    }

    /// <summary>Seconds of a round of a scenario.</summary>
    public int SecondsOf(Scenario scenario) => Quick ? Math.Min(2, scenario.Seconds) : scenario.Seconds;
}
