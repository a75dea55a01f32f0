namespace FastGate.Load.Compare;

/// <summary>What one round measured on one proxy: numbers by name, "errors" among them.</summary>
internal sealed class Round : SortedDictionary<string, double>
{
    public Round()
        : base(StringComparer.Ordinal)
    {
    }
}

/// <summary>A scenario and its rounds by proxy, in the order they are shown.</summary>
internal sealed record ScenarioResult(Scenario Scenario, IReadOnlyDictionary<string, List<Round>> Rounds);

/// <summary>Everything a comparison found.</summary>
internal sealed record Comparison(
    string Date,
    string Commit,
    Machine Machine,
    IReadOnlyDictionary<string, string> Versions,
    IReadOnlyDictionary<string, string> Skipped,
    int RoundCount,
    bool Quick,
    IReadOnlyList<ScenarioResult> Scenarios)
{
    /// <summary>Scenarios that were asked for and are not, or not wholly, measured: the run was interrupted.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>What distinguishes the variants, by name.</summary>
    public IReadOnlyDictionary<string, string> Variants { get; init; } = new Dictionary<string, string>();

    /// <summary>The name of its file.</summary>
    public string FileName => $"{Date}-{Commit}.json";

    /// <summary>The rounds of a participant in a scenario; none when either is not there.</summary>
    public IReadOnlyList<Round> RoundsOf(string scenario, string participant) =>
        Scenarios.FirstOrDefault(result => result.Scenario.Name == scenario)?.Rounds.GetValueOrDefault(participant) ?? [];
}

/// <summary>Medians and spans of rounds.</summary>
internal static class Statistics
{
    /// <summary>The middle value, or the mean of the two middle ones; NaN of none.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2;
    }

    /// <summary>The median of a metric over the rounds that have it; NaN when none has.</summary>
    public static double Median(IEnumerable<Round> rounds, string metric) => Median(Values(rounds, metric));

    /// <summary>The values of a metric over the rounds that have it.</summary>
    public static double[] Values(IEnumerable<Round> rounds, string metric) =>
        [.. rounds.Where(round => round.ContainsKey(metric)).Select(round => round[metric])];

    /// <summary>
    /// The median of the ratios within each round. A round is seconds long and its parts stand next to each other, so
    /// what the machine does meanwhile hits both sides of a ratio more than it would two medians taken on their own.
    /// </summary>
    public static double Ratio(IReadOnlyList<Round> rounds, IReadOnlyList<Round> reference, string metric) => Median(Ratios(rounds, reference, metric));

    /// <summary>The ratio within each round that has both sides.</summary>
    public static IReadOnlyList<double> Ratios(IReadOnlyList<Round> rounds, IReadOnlyList<Round> reference, string metric)
    {
        var ratios = new List<double>();
        for (int i = 0; i < Math.Min(rounds.Count, reference.Count); i++)
        {
            if (rounds[i].TryGetValue(metric, out double a) && reference[i].TryGetValue(metric, out double b) && b > 0)
            {
                ratios.Add(a / b);
            }
        }

        return ratios;
    }
}
