using System.Globalization;
using System.Text.RegularExpressions;

namespace FastGate.Admin.Tests;

/// <summary>https://prometheus.io/docs/instrumenting/exposition_formats/, read line by line.</summary>
public sealed partial class MetricsTests
{
    [Fact]
    public async Task Every_line_is_of_the_format_and_every_family_is_described_once()
    {
        await using Plane plane = await Plane.StartAsync();
        await plane.AskDataPlaneAsync("{\"model\":\"we\\\"ird\\\\\"}");
        using HttpResponseMessage response = await plane.SendAsync(HttpMethod.Get, "/-/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        string text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);

        string? family = null;
        var described = new HashSet<string>();
        var series = new HashSet<string>();
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            if (Help().Match(line) is { Success: true } help)
            {
                family = help.Groups[1].Value;
                Assert.True(described.Add(family), line);
            }
            else if (Type().Match(line) is { Success: true } type)
            {
                Assert.Equal(family, type.Groups[1].Value);
                Assert.Equal(type.Groups[2].Value == "counter", family!.EndsWith("_total", StringComparison.Ordinal));
            }
            else
            {
                Match sample = Sample().Match(line);
                Assert.True(sample.Success, line);
                Assert.Matches($"^{family}(_bucket|_sum|_count)?$", sample.Groups[1].Value);
                Assert.True(series.Add(line[..line.LastIndexOf(' ')]), line);
                Assert.True(double.TryParse(sample.Groups[2].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0, line);
            }
        }

        Assert.Superset(
            new HashSet<string>(
            [
                "fastgate_requests_total", "fastgate_streams_active", "fastgate_stream_events_total", "fastgate_connections", "fastgate_build_info",
            ]),
            described);
        Assert.Contains("fastgate_requests_total{route=\"we\\\"ird\\\\\",surface=\"openai\",status=\"502\"} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_are_counted_by_route_and_status()
    {
        await using Plane plane = await Plane.StartAsync();
        await plane.AskDataPlaneAsync("{\"model\":\"chat\"}");
        await plane.AskDataPlaneAsync("{\"model\":\"chat\"}");
        await plane.AskDataPlaneAsync("{\"model\":\"up/x\"}");
        await plane.AskDataPlaneAsync("{");

        string text = await plane.TextAsync("/-/metrics");

        foreach (string sample in new[] { "route=\"chat\",surface=\"openai\",status=\"502\"} 2", "route=\"direct\",surface=\"openai\",status=\"502\"} 1", "route=\"\",surface=\"openai\",status=\"400\"} 1" })
        {
            Assert.Contains($"fastgate_requests_total{{{sample}\n", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("deploy/prometheus/fastgate.rules.yml")]
    [InlineData("deploy/grafana/fastgate.json")]
    [InlineData("docs/operations.md")]
    public async Task Metrics_that_are_written_about_exist(string file)
    {
        await using Plane plane = await Plane.StartAsync();
        string[] families = [.. Help().Matches(await plane.TextAsync("/-/metrics")).Select(help => help.Groups[1].Value)];
        string text = await File.ReadAllTextAsync(Path.Combine(Repository.Root, file));

        string[] named = [.. Named().Matches(text).Select(name => Suffix().Replace(name.Value, "")).Distinct()];

        Assert.True(named.Length >= 5);
        Assert.Empty(named.Except(families));
    }

    [GeneratedRegex("(?:fastgate|process|dotnet)_[a-z][a-z0-9_]+[a-z0-9]")]
    private static partial Regex Named();

    [GeneratedRegex("_(?:bucket|count|sum)$")]
    private static partial Regex Suffix();

    [GeneratedRegex("^# HELP ([a-z][a-z0-9_]*) [^\\n]+$", RegexOptions.Multiline)]
    private static partial Regex Help();

    [GeneratedRegex("^# TYPE ([a-z][a-z0-9_]*) (counter|gauge|histogram)$")]
    private static partial Regex Type();

    [GeneratedRegex("^([a-z][a-z0-9_]*)(?:\\{[a-z_]+=\"(?:[^\"\\\\\\n]|\\\\[\"\\\\n])*\"(?:,[a-z_]+=\"(?:[^\"\\\\\\n]|\\\\[\"\\\\n])*\")*\\})? ([^ ]+)$")]
    private static partial Regex Sample();
}
