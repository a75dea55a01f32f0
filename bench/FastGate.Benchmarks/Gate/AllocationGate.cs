using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace FastGate.Benchmarks.Gate;

/// <summary>
/// Holds every benchmark to the bytes per call that a committed file expects, exactly. Bytes do not depend on how busy the machine is,
/// so unlike times they can fail a build.
/// </summary>
internal static class AllocationGate
{
    private const string DefaultFile = "bench/FastGate.Benchmarks/allocations.json";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Measures and compares.</summary>
    /// <param name="args"><c>--gate</c>, then <c>--update</c> to write the file anew, and the file if it is not the project's own.</param>
    /// <returns>0; 1 when a number differs; 2 when the file cannot be read or bytes cannot be counted here.</returns>
    public static int Run(ReadOnlySpan<string> args)
    {
        bool update = false;
        string file = DefaultFile;
        foreach (string arg in args[1..])
        {
            if (arg == "--update")
            {
                update = true;
            }
            else
            {
                file = arg;
            }
        }

        if (!update && !File.Exists(file))
        {
            Console.Error.WriteLine($"allocation gate: there is no {file}; run from the root of the repository, or write it with --update");
            return 2;
        }

        if (!AllocationMeter.IsSound())
        {
            Console.Error.WriteLine("allocation gate: this runtime does not count an array of 64 bytes as such; nothing can be said about the rest");
            return 2;
        }

        Dictionary<string, double> expected = File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, double>>(File.ReadAllText(file))! : [];
        var clock = Stopwatch.StartNew();
        var measured = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (GatedOperation operation in GatedOperation.All())
        {
            measured[operation.Name] = AllocationMeter.Measure(operation.Call, expected.GetValueOrDefault(operation.Name));
        }

        if (update)
        {
            File.WriteAllText(file, JsonSerializer.Serialize(measured, Indented) + "\n");
            Console.WriteLine($"allocation gate: wrote {measured.Count} expectations to {file}");
            return 0;
        }

        string[] differences = [.. Differences(expected, measured)];
        foreach (string difference in differences)
        {
            Console.WriteLine("  " + difference);
        }

        int zeroes = measured.Values.Count(bytes => bytes == 0);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"allocation gate: {measured.Count} operations, {zeroes} without allocation, {differences.Length} not as {file} says ({clock.Elapsed.TotalSeconds:f1} s)"));
        if (differences.Length == 0)
        {
            return 0;
        }

        string name = differences[0].Split(':')[0];
        Console.WriteLine($"""
            To look: make bench BENCH="--filter *{name}" shows the operation with its time; bench/FastGate.Benchmarks has its code.
            If the change is meant: make bench-gate GATE=--update, and commit the file with the reason.
            """);
        return 1;
    }

    /// <summary>What is not as expected, a line each: other numbers, operations without an expectation, expectations without an operation.</summary>
    internal static IEnumerable<string> Differences(IReadOnlyDictionary<string, double> expected, IReadOnlyDictionary<string, double> measured)
    {
        foreach ((string name, double bytes) in measured)
        {
            if (!expected.TryGetValue(name, out double wanted))
            {
                yield return $"{name}: {Text(bytes)} bytes per call, and no expectation";
            }
            else if (bytes != wanted)
            {
                yield return $"{name}: {Text(bytes)} bytes per call, {Text(wanted)} expected";
            }
        }

        foreach (string name in expected.Keys.Where(name => !measured.ContainsKey(name)))
        {
            yield return $"{name}: expected, but there is no such benchmark";
        }
    }

    private static string Text(double bytes) => bytes.ToString("0.###", CultureInfo.InvariantCulture);
}
