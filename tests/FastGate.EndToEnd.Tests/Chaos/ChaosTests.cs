using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using FastGate.EndToEnd.Tests.Harness;
using Xunit.Abstractions;

namespace FastGate.EndToEnd.Tests.Chaos;

/// <summary>
/// Streams through the binary against providers that break in every way they can: each client ends with exactly its answer or one clean error, and nothing
/// is left behind. <c>FASTGATE_CHAOS_STREAMS</c> says how many (<c>make chaos</c>: 10,000), <c>FASTGATE_CHAOS_SEED</c> repeats a run.
/// </summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const int AtOnce = 64;

    // Far beyond what any of the providers' waits add up to, and what a slow reader needs: a window as small as its own is at times opened only by
    // the sender's probes, five segments a second, which makes a minute and a half of the longest answers.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [PublishedFact]
    public async Task Every_client_ends_with_its_exact_answer_or_one_clean_error()
    {
        int seed = ChaosSettings.Seed;
        await using ChaosFleet fleet = await ChaosFleet.StartAsync(seed, ChaosFleet.Patient, "hops: 8\n    stream: { continue: auto, resume: true, retain: 20s }");

        // A first part warms everything up; what memory it took is not growth.
        await RunAsync(fleet, seed, 0, ChaosSettings.Streams / 4);
        Memory before = await Memory.OfAsync(fleet);
        Tally tally = await RunAsync(fleet, seed, ChaosSettings.Streams / 4, ChaosSettings.Streams);
        await AssertNothingLeftAsync(fleet);
        Memory after = await Memory.OfAsync(fleet);
        string summary = $"seed {seed}: {tally}; {await fleet.MetricAsync("fastgate_stream_continuations_total")} continuations, "
            + $"{await fleet.MetricAsync("fastgate_stream_resumes_total")} resumes, {await fleet.MetricAsync("fastgate_attempts_total")} attempts; {before} -> {after}";
        output.WriteLine(summary);
        Console.WriteLine($"chaos: {summary}");

        Assert.True(tally.Violations.IsEmpty, $"{tally.Violations.Count} violations; {summary}\n{string.Join('\n', tally.Violations.Order().Take(20))}");
        Assert.True(tally.Exact >= 0.9 * (tally.Exact + tally.Errors), $"too few survive: {summary}");
        Assert.True(await fleet.MetricAsync("fastgate_stream_continuations_total") > 0, summary);
        Assert.True(after.Resident < before.Resident + (64 << 20), $"resident memory grew: {summary}");
        Assert.True(after.Heap < before.Heap + (32 << 20), $"the heap grew: {summary}");
    }

    [PublishedFact]
    public async Task Health_that_takes_targets_out_and_in_again_loses_nothing_either()
    {
        int seed = ChaosSettings.Seed;
        await using ChaosFleet fleet = await ChaosFleet.StartAsync(seed, "{ cooldown: 50ms, maximum_cooldown: 200ms }", "stream: { continue: auto, resume: true, retain: 20s }");

        Tally tally = await RunAsync(fleet, seed, 0, Math.Max(100, ChaosSettings.Streams / 4));
        await AssertNothingLeftAsync(fleet);
        string summary = $"seed {seed}: {tally}";
        output.WriteLine(summary);
        Console.WriteLine($"chaos with health: {summary}");

        Assert.True(tally.Violations.IsEmpty, $"{tally.Violations.Count} violations; {summary}\n{string.Join('\n', tally.Violations.Order().Take(20))}");
    }

    private static async Task<Tally> RunAsync(ChaosFleet fleet, int seed, int from, int to)
    {
        var tally = new Tally();
        await Parallel.ForEachAsync(Enumerable.Range(from, to - from), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
        {
            var plan = StreamPlan.Of(seed, number);
            IReadOnlyList<string> expected = await fleet.ExpectedAsync(plan);
            tally.Count(plan, await new StreamClient(plan, expected, fleet).RunAsync(Patience));
        });
        return tally;
    }

    /// <summary>All calls of all providers have ended, no stream is active, and the control plane still says who is there.</summary>
    private static async Task AssertNothingLeftAsync(ChaosFleet fleet)
    {
        int connections = 0;
        foreach (MockProcess provider in fleet.Providers)
        {
            connections += (await provider.IdleAsync()).Connections;
        }

        Assert.Equal(0, await fleet.MetricAsync("fastgate_streams_active"));
        Assert.InRange(connections, 0, 4 * 1024);
        using var status = JsonDocument.Parse(await fleet.Gateway.Admin.GetStringAsync("/-/status"));
        Assert.Contains(status.RootElement.GetProperty("routes").EnumerateArray(), route => route.GetProperty("name").GetString() == ChaosFleet.Route);
    }

    private readonly record struct Memory(double Resident, double Heap)
    {
        public static async Task<Memory> OfAsync(ChaosFleet fleet) =>
            new(await fleet.MetricAsync("process_resident_memory_bytes"), await fleet.MetricAsync("dotnet_gc_heap_bytes"));

        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Resident / (1 << 20):F1} MiB resident, {Heap / (1 << 20):F1} MiB heap");
    }

    private sealed class Tally
    {
        private readonly ConcurrentDictionary<string, int> _errors = new();
        private int _exact;
        private int _left;
        private int _returns;

        public ConcurrentBag<string> Violations { get; } = [];

        public int Exact => _exact;

        public int Errors => _errors.Values.Sum();

        public void Count(StreamPlan plan, Ending ending)
        {
            Interlocked.Add(ref _returns, ending.Returns);
            switch (ending.Fate)
            {
                case Fate.Exact:
                    Interlocked.Increment(ref _exact);
                    break;
                case Fate.Left:
                    Interlocked.Increment(ref _left);
                    break;
                case Fate.CleanError:
                    _errors.AddOrUpdate($"{plan.Surface} {ending.Why}", 1, static (_, count) => count + 1);
                    break;
                default:
                    Violations.Add($"{plan}: {ending.Why}");
                    break;
            }
        }

        public override string ToString() =>
            $"{_exact} exact, {Errors} clean errors ({string.Join(", ", _errors.OrderByDescending(one => one.Value).Select(one => $"{one.Value} {one.Key}"))}), {_left} left, "
            + $"{Violations.Count} violations, {_returns} returns";
    }
}
