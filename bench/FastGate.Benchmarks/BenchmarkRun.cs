using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Order;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace FastGate.Benchmarks;

/// <summary>Times the benchmarks with BenchmarkDotNet. Bytes allocated are always among the columns.</summary>
internal static class BenchmarkRun
{
    private const string Artifacts = "artifacts/benchmarks";

    /// <summary>Runs what BenchmarkDotNet's own options in <paramref name="args"/> choose; everything without <c>--filter</c>.</summary>
    /// <param name="args">BenchmarkDotNet's options, and <c>--full</c> for as many iterations as precision takes.</param>
    /// <returns>The exit code: 1 when a benchmark failed.</returns>
    public static int Run(string[] args)
    {
        bool full = args.Contains("--full");
        string[] options = [.. args.Where(arg => arg != "--full")];
        if (!options.Any(option => option is "--filter" or "-f" or "--list" or "--help" or "--version"))
        {
            options = [.. options, "--filter", "*"];
        }

        IEnumerable<Summary> summaries = BenchmarkSwitcher.FromAssembly(typeof(BenchmarkRun).Assembly).Run(options, Config(full));
        return summaries.Any(summary => summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success)) ? 1 : 0;
    }

    private static ManualConfig Config(bool full)
    {
        Job job = full ? Job.Default : Job.Default.WithWarmupCount(4).WithIterationCount(9).WithIterationTime(TimeInterval.FromMilliseconds(150));

        // In process: the project's shared build settings would not hold in the projects the other toolchains generate.
        return ManualConfig.CreateEmpty()
            .AddJob(job.WithToolchain(InProcessEmitToolchain.Instance))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumn(TargetMethodColumn.Type, TargetMethodColumn.Method, StatisticColumn.Median, StatisticColumn.StdDev)
            .AddColumnProvider(DefaultColumnProviders.Metrics)
            .WithOrderer(new DefaultOrderer(SummaryOrderPolicy.Declared, MethodOrderPolicy.Declared))
            .AddExporter(MarkdownExporter.GitHub)
            .AddLogger(ConsoleLogger.Default)
            .WithOptions(ConfigOptions.JoinSummary)
            .WithArtifactsPath(Artifacts);
    }
}
