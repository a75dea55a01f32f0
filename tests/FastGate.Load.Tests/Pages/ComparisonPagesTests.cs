using System.Xml.Linq;
using FastGate.Load.Compare;
using FastGate.Load.Pages;

namespace FastGate.Load.Tests.Pages;

public sealed class ComparisonPagesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_is_written_is_read_back()
    {
        Comparison written = Sample("2026-01-02", cpu: 9) with { Missing = ["streams-100"], Variants = new Dictionary<string, string> { ["v"] = "a variant" } };
        Comparison read = ComparisonFiles.Read(ComparisonFiles.Write(written, _directory, Assets()));
        Assert.Equal(written.Commit, read.Commit);
        Assert.Equal(written.Machine, read.Machine);
        Assert.Equal(written.Missing, read.Missing);
        Assert.Equal(written.Variants, read.Variants);
        Assert.Equal(written.Skipped, read.Skipped);
        Assert.Equal(written.Scenarios.Select(result => result.Scenario.Name), read.Scenarios.Select(result => result.Scenario.Name));
        Assert.Equal(written.RoundsOf("unary-32", "gateway")[0], read.RoundsOf("unary-32", "gateway")[0]);
    }

    [Fact]
    public void An_interrupted_run_says_what_is_missing_and_how_to_go_on()
    {
        string page = ComparisonPage.Render(Sample("2026-01-02", cpu: 9) with { Missing = ["streams-100"] }, []);
        Assert.Contains("are streams-100. `make compare COMPARE=\"--continue 2026-01-02-abcdef123456.json\"`", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9.5, "0.95 x, by round 0.95 to 0.95 (9.5 beside 10.0)", true)]
    [InlineData(9.6, "0.96 x, by round 0.96 to 0.96 (9.6 beside 10.0)", false)]
    public void A_target_is_met_at_its_limit_and_missed_beyond(double cpu, string measured, bool met)
    {
        TargetTable.Row row = TargetTable.Rows(Sample("2026-01-02", cpu)).First();
        Assert.Equal((measured, met), (row.Measured, row.IsMet));
    }

    [Fact]
    public void A_ratio_is_told_with_how_far_its_rounds_lie_apart()
    {
        static List<Round> Rounds(params double[] cpu) => [.. cpu.Select(each => new Round { ["cpu_us_per_request"] = each })];
        var scenario = new Scenario { Name = "unary-32", Title = "s", Kind = ScenarioKind.Closed, Upstream = "load" };
        var rounds = new Dictionary<string, List<Round>> { ["gateway"] = Rounds(8, 20, 12), ["haproxy"] = Rounds(10, 16, 10) };
        Comparison comparison = Sample("2026-01-02", cpu: 9) with { Scenarios = [new ScenarioResult(scenario, rounds)] };
        Assert.Equal("1.20 x, by round 0.80 to 1.25 (12.0 beside 10.0)", TargetTable.Rows(comparison).First().Measured);
    }

    [Fact]
    public void A_target_nobody_measured_is_neither_met_nor_missed()
    {
        TargetTable.Row row = TargetTable.Rows(Sample("2026-01-02", cpu: 9)).Single(row => row.Title.StartsWith("CPU per relayed event", StringComparison.Ordinal));
        Assert.Equal(("not measured", (bool?)null), (row.Measured, row.IsMet));
        Assert.Contains("| CPU per relayed event, 100 streams | ≤ 1.2 x HAProxy | not measured |  |", TargetTable.Render(Sample("2026-01-02", cpu: 9)), StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_of_a_stream_is_what_was_added_since_the_start()
    {
        var scenario = new Scenario { Name = "streams-10000", Title = "s", Kind = ScenarioKind.Stream, Upstream = "load", Connections = 1024 };
        var round = new Round { ["resident_mib"] = 40, ["resident_at_start_mib"] = 25, ["threads"] = 9, ["errors"] = 0 };
        Comparison comparison = Sample("2026-01-02", cpu: 9) with { Scenarios = [new ScenarioResult(scenario, new Dictionary<string, List<Round>> { ["gateway"] = [round] })] };
        TargetTable.Row row = TargetTable.Rows(comparison).Single(row => row.Title.StartsWith("10,000 streams", StringComparison.Ordinal));
        Assert.Equal(("15.0 KiB each of 1024, 9 threads, 0 errors", (bool?)false), (row.Measured, row.IsMet));
    }

    [Theory]
    [InlineData(80, 0, "80.0 µs", true)]
    [InlineData(400, 550, "400.0 µs (the byte mover: 550.0 µs)", false)]
    public void What_a_stream_waits_for_is_told_beside_what_the_machine_adds(double gateway, double floor, string measured, bool met)
    {
        var scenario = new Scenario { Name = "first-token-1000", Title = "s", Kind = ScenarioKind.Stream, Upstream = "load" };
        var rounds = new Dictionary<string, List<Round>> { ["gateway"] = [new Round { ["added_p99_us"] = gateway }] };
        if (floor > 0)
        {
            rounds["floor"] = [new Round { ["added_p99_us"] = floor }];
        }

        Comparison comparison = Sample("2026-01-02", cpu: 9) with { Scenarios = [new ScenarioResult(scenario, rounds)] };
        TargetTable.Row row = TargetTable.Rows(comparison).Single(row => row.Title.StartsWith("the same, 1,000 streams/s", StringComparison.Ordinal));
        Assert.Equal((measured, met), (row.Measured, row.IsMet));
    }

    [Fact]
    public void The_table_of_the_readme_has_the_measured_rows_only()
    {
        string table = CostTable.Render(Sample("2026-01-02", cpu: 9));
        Assert.Contains("| CPU per small chat request, 32 connections | 9.0 µs | 10.0 µs (FastGate: 0.90 x) |  | 8.0 µs (FastGate: 1.12 x) |", table, StringComparison.Ordinal);
        Assert.DoesNotContain("stream event", table, StringComparison.Ordinal);
    }

    [Fact]
    public void Charts_are_well_formed_and_the_same_for_the_same_results()
    {
        Comparison first = Sample("2026-01-02", cpu: 9);
        Comparison second = Sample("2026-01-03", cpu: 8);
        foreach (Func<string?> render in new Func<string?>[]
        {
            () => RatioChart.Render(first), () => PercentileChart.Render(first), () => HistoryChart.Render([first, second]),
        })
        {
            string svg = render() ?? throw new InvalidOperationException("nothing was drawn");
            Assert.Equal("svg", XDocument.Parse(svg).Root!.Name.LocalName);
            Assert.Equal(svg, render());
            Assert.DoesNotContain("NaN", svg, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nothing_is_drawn_of_nothing()
    {
        Comparison nothing = Sample("2026-01-02", cpu: 9) with { Scenarios = [] };
        Assert.Null(RatioChart.Render(nothing));
        Assert.Null(PercentileChart.Render(nothing));
        Assert.Null(HistoryChart.Render([nothing]));
    }

    [Fact]
    public void History_has_whole_measurements_oldest_first_and_survives_a_file_it_cannot_read()
    {
        ComparisonFiles.Write(Sample("2026-01-03", cpu: 8), _directory, Assets());
        ComparisonFiles.Write(Sample("2026-01-02", cpu: 9), _directory, Assets());
        ComparisonFiles.Write(Sample("2026-01-01", cpu: 7) with { Quick = true }, _directory, Assets());
        File.WriteAllText(Path.Combine(_directory, "0.json"), "{}");
        Assert.Equal(["2026-01-02", "2026-01-03"], History.ReadAll(_directory).Select(comparison => comparison.Date));
    }

    private static Comparison Sample(string date, double cpu)
    {
        var unary = new Scenario { Name = "unary-32", Title = "Small chat", Kind = ScenarioKind.Closed, Upstream = "nginx" };
        var open = new Scenario { Name = "unary-5000", Title = "Open loop", Kind = ScenarioKind.Open, Upstream = "nginx", Rate = 5000 };
        var latency = new Round { ["p50_us"] = 90, ["p75_us"] = 100, ["p90_us"] = 110, ["p99_us"] = 200, ["p99.9_us"] = 900, ["p99.99_us"] = 2000, ["errors"] = 0 };
        return new Comparison(
            date, "abcdef123456", new Machine("cpu", 2, "6.1", 1 << 30, "0 0 0"), new Dictionary<string, string> { ["haproxy"] = "2.6" },
            new Dictionary<string, string> { ["nginx"] = "no nginx on the PATH" }, 1, false,
            [
                new ScenarioResult(unary, new Dictionary<string, List<Round>>
                {
                    ["floor"] = [Cpu(8)], ["haproxy"] = [Cpu(10)], ["gateway"] = [Cpu(cpu)],
                }),
                new ScenarioResult(open, new Dictionary<string, List<Round>> { ["direct"] = [latency], ["gateway"] = [latency] }),
            ]);
    }

    private static Round Cpu(double microseconds) => new() { ["cpu_us_per_request"] = microseconds, ["errors"] = 0 };

    private string Assets()
    {
        string assets = Path.Combine(_directory, "assets");
        Directory.CreateDirectory(assets);
        File.WriteAllText(Path.Combine(assets, "notes.md"), "## Notes\n");
        return assets;
    }
}
