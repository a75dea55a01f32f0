using FastGate.Load.CommandLine;

namespace FastGate.Load.Compare;

/// <summary>Which scenarios, which proxies, how long, and where everything is.</summary>
internal sealed record CompareOptions
{
    public string Assets { get; init; } = "bench/compare";

    public string? ScenarioFile { get; init; }

    public IReadOnlyList<string> Scenarios { get; init; } = [];

    public IReadOnlyList<string> Proxies { get; init; } = [];

    public bool Quick { get; init; }

    public int? Rounds { get; init; }

    public string Gateway { get; init; } = "artifacts/fastgate";

    public string Floor { get; init; } = "artifacts/floor";

    public string Out { get; init; } = "perf-results";

    public string Commit { get; init; } = "unknown";

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
                "--proxy" => options with { Proxies = [.. options.Proxies, ParseProxy(arguments)] },
                "--quick" => options with { Quick = true },
                "--rounds" => options with { Rounds = arguments.Number(1, 1000) },
                "--gateway" => options with { Gateway = arguments.Text() },
                "--floor" => options with { Floor = arguments.Text() },
                "--out" => options with { Out = arguments.Text() },
                "--commit" => options with { Commit = arguments.Text() },
                _ => throw arguments.Unknown(),
            };
        }

        return options;
    }

    private static string ParseProxy(Arguments arguments)
    {
        string name = arguments.Text();
        return ProxyUnderTest.Names.Contains(name)
            ? name
            : throw arguments.Error($"'{name}' is none of {string.Join(", ", ProxyUnderTest.Names)}");
    }
}
