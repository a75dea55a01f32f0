using FastGate.Load.Compare;
using FastGate.Load.Pages;

namespace FastGate.Load.Tests.Compare;

public sealed class ComparisonTests
{
    [Theory]
    [InlineData(new double[] { 3, 1, 2 }, 2)]
    [InlineData(new double[] { 4, 1, 2, 3 }, 2.5)]
    [InlineData(new double[] { 7 }, 7)]
    public void The_median_is_the_middle(double[] values, double expected) => Assert.Equal(expected, Statistics.Median(values));

    [Fact]
    public void Ratios_are_taken_within_rounds()
    {
        // The machine was three times slower in the second round, for both.
        List<Round> ours = [Of(10), Of(30), Of(10)];
        List<Round> theirs = [Of(20), Of(60), Of(10)];
        Assert.Equal(0.5, Statistics.Ratio(ours, theirs, "cpu_us_per_request"));
        Assert.True(double.IsNaN(Statistics.Ratio(ours, theirs, "unknown")));
    }

    [Fact]
    public void The_line_of_the_wrk_script_is_read()
    {
        Dictionary<string, double> wrk = Measurement.ParseWrk("Running 5s test\nRESULT requests=10 microseconds=2000 p50=3 connect=0\n");
        Assert.Equal(10, wrk["requests"]);
        Assert.Equal(2000, wrk["microseconds"]);
        Assert.Throws<LoadException>(() => Measurement.ParseWrk("unable to connect"));
    }

    [Fact]
    public void The_shipped_scenarios_are_valid_and_some_run_by_default()
    {
        var file = ScenarioFile.Read(Path.Combine(Assets, "scenarios.json"));
        Assert.Contains(file.Scenarios, scenario => !scenario.Extended);
        Assert.Equal(file.Scenarios.Count, file.Scenarios.Select(scenario => scenario.Name).Distinct().Count());
        Assert.Equal(file.Variants.Count, file.Variants.Select(variant => variant.Name).Distinct().Count());
    }

    [Theory]
    [InlineData("{\"scenarios\":[{\"name\":\"a\",\"title\":\"a\",\"kind\":\"open\",\"upstream\":\"nginx\"}]}", "needs a rate")]
    [InlineData("{\"scenarios\":[{\"name\":\"a\",\"title\":\"a\",\"kind\":\"stream\",\"upstream\":\"nginx\"}]}", "load upstream")]
    [InlineData("{\"scenarios\":[{\"name\":\"a\",\"title\":\"a\",\"kind\":\"closed\",\"upstream\":\"nginx\",\"answer_bytes\":9999}]}", "2048")]
    [InlineData("{\"scenarios\":[{\"name\":\"a\",\"title\":\"a\",\"kind\":\"closed\",\"upstream\":\"nginx\",\"conections\":9}]}", "conections")]
    [InlineData("{\"scenarios\":[{\"name\":\"a\",\"title\":\"a\",\"kind\":\"closed\",\"upstream\":\"nginx\",\"proxies\":[\"envoy\"]}]}", "'envoy' is none of direct, floor")]
    [InlineData("{\"scenarios\":[{\"name\":\"a\",\"title\":\"a\",\"kind\":\"closed\",\"upstream\":\"load\",\"tls\":\"out\"}]}", "no TLS")]
    [InlineData("{\"variants\":[{\"name\":\"v\",\"title\":\"v\",\"proxy\":\"envoy\"}],\"scenarios\":[]}", "'envoy'")]
    [InlineData("{\"scenarios\":[{\"name\":\"a\"}]}", "title")]
    [InlineData("nonsense", "nonsense")]
    public void A_wrong_scenario_is_refused_with_its_reason(string json, string reason)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, json.Replace("nonsense", "'nonsense", StringComparison.Ordinal));
            LoadException error = Assert.Throws<LoadException>(() => ScenarioFile.Read(file));
            Assert.Contains(reason == "nonsense" ? "''' is an invalid start" : reason, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void A_name_that_is_part_of_another_means_only_itself()
    {
        Scenario[] all = [Named("streams-100"), Named("streams-1000")];
        Assert.Equal([true, false], all.Select(scenario => scenario.IsMeantBy("streams-100", all)));
        Assert.Equal([true, true], all.Select(scenario => scenario.IsMeantBy("streams", all)));

        static Scenario Named(string name) => new() { Name = name, Title = name, Kind = ScenarioKind.Start, Upstream = "nginx" };
    }

    [Theory]
    [InlineData("--rounds 0")]
    [InlineData("--continue")]
    [InlineData("--nonsense")]
    public void A_wrong_command_line_is_refused(string line) =>
        Assert.Equal(2, Assert.Throws<LoadException>(() => CompareOptions.Parse(line.Split(' '))).ExitCode);

    [Fact]
    public void A_proxy_that_nobody_knows_is_refused() => Assert.Contains(
        "'envoy' is none of",
        Assert.Throws<LoadException>(() => CompareOptions.Parse(["--proxy", "envoy", "--assets", Assets]).ReadScenarios()).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("", "perf-results")]
    [InlineData("--full", "perf-results")]
    [InlineData("--quick", "artifacts/compare")]
    [InlineData("--scenario start", "artifacts/compare")]
    [InlineData("--proxy gateway --out elsewhere", "elsewhere")]
    public void A_part_of_the_whole_does_not_replace_the_published_page(string line, string directory) =>
        Assert.Equal(directory, CompareOptions.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Out);

    [Fact]
    public void Everything_a_variant_sets_is_a_mark_of_a_template()
    {
        string templates = string.Concat(Directory.EnumerateFiles(Assets).Select(File.ReadAllText));
        foreach (Variant variant in ScenarioFile.Read(Path.Combine(Assets, "scenarios.json")).Variants)
        {
            Assert.All(variant.Set.Keys, mark => Assert.Contains($"@{mark.ToUpperInvariant()}@", templates, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_table_shows_medians_spans_and_ratios_and_names_what_is_missing()
    {
        var scenario = new Scenario { Name = "s", Title = "A scenario", Kind = ScenarioKind.Closed, Upstream = "nginx" };
        var rounds = new Dictionary<string, List<Round>>
        {
            ["direct"] = [new Round { ["requests_per_second"] = 5, ["errors"] = 0 }],
            ["haproxy"] = [Of(10), Of(20), Of(30)],
            ["gateway"] = [Of(9), Of(18), Of(33)],
        };
        var comparison = new Comparison(
            "2026-01-02", "abc", new Machine("cpu", 2, "6.1", 1 << 30, "0 0 0"), new Dictionary<string, string> { ["haproxy"] = "2.6" },
            new Dictionary<string, string> { ["nginx"] = "not there" }, 3, false, [new ScenarioResult(scenario, rounds)]);
        string page = ComparisonPage.Render(comparison, []);
        Assert.Contains("| gateway | 18.0 (9.0 to 33.0) | 0.90 |", page, StringComparison.Ordinal);
        Assert.Contains("- nginx: not there", page, StringComparison.Ordinal);
        string[] table = [.. page[page.IndexOf("## A scenario", StringComparison.Ordinal)..].Split('\n').Where(line => line.StartsWith('|'))];
        Assert.Equal(5, table.Length);
        Assert.Single(table.Select(line => line.Count(c => c == '|')).Distinct());

        using var output = new MemoryStream();
        ComparisonFiles.WriteJson(comparison, output);
        using var json = System.Text.Json.JsonDocument.Parse(output.ToArray());
        Assert.Equal(
            33, json.RootElement.GetProperty("scenarios")[0].GetProperty("rounds").GetProperty("gateway")[2].GetProperty("cpu_us_per_request").GetDouble());
    }

    private static string Assets => Path.Combine(Repository.Root, "bench", "compare");

    private static Round Of(double cpu) => new() { ["cpu_us_per_request"] = cpu, ["errors"] = 0 };
}
